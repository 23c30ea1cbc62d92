import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alternatives, lineOf, type Names } from '../../acceptance/carried-code.js';
import { checksWhereUsed } from '../../acceptance/check-callers.js';
import { claimsOfCheck, doorsOf } from '../../acceptance/doors.js';
import { member } from '../../acceptance/guards.js';
import { userOf } from '../../acceptance/user.js';
import { keyName, lastNameOf, propertyName } from '../../definitions.js';
import type { Portable } from '../../portable.js';
import { secondTokensOf } from '../../second-tokens.js';
import { type CheckSite, isCheck, isMint, type Site } from '../../site.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { outermost } from './found.js';
import { ROW_SEARCHES } from './keepers.js';
import { columnsOf } from './rows.js';

/** A row of a user's login that a claim of his refresh token names. */
export interface NamedRow {
  /** The model that is searched. */
  readonly model: string;
  /** The search, with what only waits for it. */
  readonly search: NodePath;
  /** The column that the claim is searched in; a session has no such claim. */
  readonly column: NodePath<t.ObjectProperty>;
  /** The column that says whose row it is. */
  readonly owner: string;
  /** True when an old token is to be refused, of its `payload`. */
  readonly revoked: Portable;
}

/** The claims by which refresh tokens name rows: login tokens of the same function have none of these names. */
export function namingClaims(sources: Sources, sites: readonly Site[]): Set<string> {
  const owners = sites
    .filter(isMint)
    .filter(({ family }) => family === 'session')
    .map(({ path }) => path.getFunctionParent());
  return new Set(
    owners.flatMap((owner) => (owner ? secondTokensOf(sources, owner).flatMap(({ more }) => more) : [])),
  );
}

/** The row that a statement searches, and that the condition after it asks for. */
export function rowAt(
  sources: Sources,
  sites: readonly Site[],
  asked: NodePath,
  refused: NodePath<t.IfStatement>,
): NamedRow | undefined {
  const [declarator, ...others] = asked.isVariableDeclaration() ? asked.get('declarations') : [];
  const init = declarator?.get('init') as NodePath | undefined;
  const call = init?.isAwaitExpression() ? init.get('argument') : init;
  if (!declarator || others.length || !t.isIdentifier(declarator.node.id) || !call?.isCallExpression())
    return undefined;
  const callee = call.get('callee');
  const [filter, ...more] = call.get('arguments') as NodePath[];
  if (!callee.isMemberExpression() || !ROW_SEARCHES.test(propertyName(callee.node) ?? '')) return undefined;
  const model = lastNameOf(callee.get('object'));
  const check = checkBefore(sources, sites, asked);
  if (!model || !check?.token || !filter?.isObjectExpression() || more.length) return undefined;
  const columns = columnsOf(filter);
  const naming = namingClaims(sources, sites);
  const [column, ...several] = columns.filter((one) => naming.has(claimOf(check, one)?.join('.') ?? ''));
  const [owner, ...rest] = columns.filter((one) => one !== column);
  const user = userTrail(sources, sites);
  const named = owner && keyName(owner.node);
  if (!column || !owner || several.length || rest.length || named === undefined) return undefined;
  if (!user || claimOf(check, owner)?.join('.') !== user.join('.')) return undefined;
  const claim = claimOf(check, column)?.[0] ?? '';
  const revoked = revokedBy(sources, check, call, {
    test: refused.get('test'),
    held: declarator.node.id.name,
    claim,
  });
  return revoked && { model, search: outermost(call), column, owner: named, revoked };
}

/** The check of the token whose claims are at hand in a statement. */
function checkBefore(sources: Sources, sites: readonly Site[], asked: NodePath): CheckSite | undefined {
  const beside = new Set(asked.getAllPrevSiblings().map(({ node }) => node));
  return sites
    .filter(isCheck)
    .flatMap((check) => checksWhereUsed(sources, check))
    .find(({ call }) => {
      const statement = call.getStatementParent();
      return statement !== null && beside.has(statement.node);
    });
}

/** The way to the claim that a column is searched by: `payload.user.id`. */
function claimOf(check: CheckSite, column: NodePath<t.ObjectProperty>): string[] | undefined {
  const claims = claimsOfCheck(check.call, check.callback);
  if (!claims?.isIdentifier()) return undefined;
  const trail: string[] = [];
  let at = column.get('value') as NodePath;
  while (at.isMemberExpression()) {
    trail.unshift(propertyName(at.node) ?? '');
    at = at.get('object');
  }
  const held =
    at.isIdentifier() && at.scope.getBinding(at.node.name) === claims.scope.getBinding(claims.node.name);
  return held && trail.length ? trail : undefined;
}

function userTrail(sources: Sources, sites: readonly Site[]): string[] | undefined {
  const checks = sites.filter(isCheck);
  const doors = doorsOf(sources, checks, new Set(checks.map(({ file }) => file)));
  const logins = sites.filter(isMint).filter(({ family }) => family === 'session');
  return userOf(sources, logins, doors);
}

interface Refused {
  readonly test: NodePath;
  /** The name of the variable that holds the row. */
  readonly held: string;
  readonly claim: string;
}

/** `!row || !row.isValid` of a row that is searched anew: `!(await Row.findOne(…))?.isValid`. */
function revokedBy(
  sources: Sources,
  check: CheckSite,
  call: NodePath,
  { test, held, claim }: Refused,
): Portable | undefined {
  const texts = alternatives(test).map((one) => textOf(sources.fileOf(one), one.node).replaceAll('?.', '.'));
  const [absent, good, ...others] = texts;
  const field = good === undefined ? '' : (new RegExp(`^!${held}(\\.\\w+)$`).exec(good)?.[1] ?? undefined);
  if (absent !== `!${held}` || field === undefined || others.length) return undefined;
  const names: Names = {
    token: () => false,
    payload: claimsOfCheck(check.call, check.callback),
    error: undefined,
    local: new Set<t.Node>(),
  };
  const whole = outermost(call);
  const asked = whole.isAwaitExpression();
  return lineOf(sources, whole, names, (text) => {
    const row = asked ? `(${text})` : text;
    return `${member(claim)} !== undefined && !${row}${field && `?${field}`}`;
  });
}
