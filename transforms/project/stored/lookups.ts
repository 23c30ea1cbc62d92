import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { alternatives, lineOf, onlyRefuses, tokenTest } from '../acceptance/carried-code.js';
import { claimsOfCheck } from '../acceptance/doors.js';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import type { Use } from '../flow/follow.js';
import { isInside } from '../inside.js';
import type { Portable } from '../portable.js';
import { type CheckSite, isCheck, type ReadSite, type Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Methods that search a table, a list or a cache for what they are given. */
const SEARCHES =
  /^(?:find\w*|where|query|exists?|count\w*|search|select|get|hget|mget|has|includes|indexOf|sismember|isMember)$/;

/** A place that searches what the application keeps for a token that came with a request. */
export interface LookUp {
  readonly call: NodePath;
  readonly use: Use;
  /** What searches, as the code says it. */
  readonly text: string;
}

/** A look-up on the way from the check of a token to letting it in, as the session module can do it. */
export interface Revocation {
  /** True when the token is to be refused, as an expression of `payload` and `token`. */
  readonly revoked: Portable;
  /** The statements that do nothing else. */
  readonly statements: readonly NodePath[];
  /** The token among what a user is searched by, where the search stays without it. */
  readonly property?: NodePath<t.ObjectProperty>;
}

/** The places that look up a token that is taken from a request: a table of tokens, a list of those taken back. */
export function lookUpsOf(sources: Sources, { uses }: ReadSite): LookUp[] {
  return uses.flatMap((use) => {
    const call = use.kind === 'argument' ? use.path.parentPath : undefined;
    if (!call?.isCallExpression() && !call?.isOptionalCallExpression()) return [];
    const callee = call.get('callee') as NodePath;
    if (!SEARCHES.test(propertyName(callee.node) ?? '')) return [];
    return [{ call, use, text: textOf(sources.fileOf(callee), callee.node) }];
  });
}

/** What a look-up in the way of a login decides; undefined where the session module can't do it. */
export function revocationOf(
  sources: Sources,
  sites: readonly Site[],
  read: ReadSite,
  lookUp: LookUp,
): Revocation | undefined {
  const checks = sites.filter(isCheck).filter((check) => isCheckedBy(check, read));
  for (const check of checks) {
    const call = callIn(sources, check, read, lookUp);
    const revocation = call && decidedBy(sources, check, call);
    if (revocation) return revocation;
  }
  return undefined;
}

/** The call that searches, or in the way of the check the one of the function that does. */
function callIn(sources: Sources, check: CheckSite, read: ReadSite, lookUp: LookUp): NodePath | undefined {
  const owners = new Set([check.call.getFunctionParent()?.node, check.callback?.node]);
  const isHere = (path: NodePath) => owners.has(path.getFunctionParent()?.node);
  if (isHere(lookUp.call)) return lookUp.call;
  const token = check.token && tokenTest(sources, check.token);
  for (const [, path] of read.file.paths) {
    if (!path.isCallExpression() || !isHere(path) || path.node === check.call.node) continue;
    const given = path.get('arguments').some((one) => token?.(one as NodePath));
    const called = given ? definitionOf(sources, path.get('callee') as NodePath) : undefined;
    if (called?.kind === 'function' && lookUp.call.isDescendant(called.path)) return path;
  }
  return undefined;
}

function decidedBy(sources: Sources, check: CheckSite, call: NodePath): Revocation | undefined {
  const found = outermost(call);
  const asked = found.parentPath;
  // `if (denied.has(token)) return res.sendStatus(401)`
  const test = found.isUnaryExpression({ operator: '!' }) ? undefined : testAround(found);
  if (test) {
    const refused = onlyRefuses(test.statement.get('consequent')) && !test.statement.node.alternate;
    if (!refused || alternatives(test.statement.get('test')).length > 1) return undefined;
    const revoked = expressionOf(sources, check, found, test.negated);
    return revoked && { revoked, statements: [test.statement] };
  }
  const returned = asked?.isReturnStatement() || (asked?.isArrowFunctionExpression() && found.key === 'body');
  if (returned) {
    // Whoever asks gets the user as before, or nobody.
    const property = tokenProperty(sources, check, found);
    const revoked = property && expressionOf(sources, check, found, true);
    return revoked && { revoked, statements: [], property };
  }
  if (!asked?.isVariableDeclarator() || !asked.get('id').isIdentifier()) return undefined;
  return ofVariable(sources, check, found, asked);
}

/** `const user = await User.findOne(…); if (!user) throw …` and `const denied = await …; if (denied) …`. */
function ofVariable(
  sources: Sources,
  check: CheckSite,
  found: NodePath,
  declarator: NodePath<t.VariableDeclarator>,
): Revocation | undefined {
  const statement = declarator.parentPath;
  const { id } = declarator.node;
  const binding = t.isIdentifier(id) ? declarator.scope.getBinding(id.name) : undefined;
  if (!binding?.constant || !statement.isVariableDeclaration() || statement.node.declarations.length !== 1)
    return undefined;
  const [first, ...others] = binding.referencePaths;
  const test = first && testAround(first);
  if (!test || test.statement.parentPath !== statement.parentPath) return undefined;
  const { statement: decision, negated } = test;
  const refusesIfSo = onlyRefuses(decision.get('consequent')) && !decision.node.alternate;
  const otherwise = decision.get('alternate');
  const refusesOtherwise = otherwise.node && onlyRefuses(otherwise as NodePath);
  if (!refusesIfSo && !refusesOtherwise) return undefined;
  const listed = refusesIfSo ? negated : !negated;
  const revoked = expressionOf(sources, check, found, listed);
  if (!revoked) return undefined;
  if (!others.length && refusesIfSo && alternatives(decision.get('test')).length === 1)
    return { revoked, statements: [statement, decision] };
  const property = listed ? tokenProperty(sources, check, found) : undefined;
  return property && { revoked, statements: [], property };
}

interface Test {
  readonly statement: NodePath<t.IfStatement>;
  readonly negated: boolean;
}

/** The condition that an expression is, alone, negated, compared with nothing, or among others that do alike. */
function testAround(path: NodePath): Test | undefined {
  let at: NodePath = path;
  let negated = false;
  for (let parent = at.parentPath; parent; parent = at.parentPath) {
    if (parent.isUnaryExpression({ operator: '!' })) negated = !negated;
    else if (parent.isBinaryExpression() && at.key === 'left') {
      const nothing =
        t.isNullLiteral(parent.node.right) || t.isIdentifier(parent.node.right, { name: 'undefined' });
      if (!nothing) return undefined;
      if (/^===?$/.test(parent.node.operator)) negated = !negated;
    } else if (!parent.isLogicalExpression({ operator: '||' })) break;
    at = parent;
  }
  const statement = at.parentPath;
  return statement?.isIfStatement() && at.key === 'test' ? { statement, negated } : undefined;
}

/** A call with what only waits for it. */
function outermost(call: NodePath): NodePath {
  let at = call;
  while (at.parentPath?.isAwaitExpression() || at.parentPath?.isTSAsExpression()) at = at.parentPath;
  return at;
}

function expressionOf(
  sources: Sources,
  check: CheckSite,
  path: NodePath,
  listed: boolean,
): Portable | undefined {
  if (!check.token) return undefined;
  const names = {
    token: tokenTest(sources, check.token),
    payload: claimsOfCheck(check.call, check.callback),
    error: undefined,
    local: new Set<t.Node>(),
  };
  const waits = path.isAwaitExpression();
  return lineOf(sources, path, names, (text) =>
    listed ? `!${waits ? `(${text})` : text}` : `Boolean(${text})`,
  );
}

/** The token's property in what a user is searched by, beside the claim that names him. */
function tokenProperty(
  sources: Sources,
  check: CheckSite,
  found: NodePath,
): NodePath<t.ObjectProperty> | undefined {
  const call = found.isAwaitExpression() ? found.get('argument') : found;
  const [filter] = call.isCallExpression() ? (call.get('arguments') as NodePath[]) : [];
  if (!filter?.isObjectExpression() || !check.token) return undefined;
  const isToken = tokenTest(sources, check.token);
  const properties = filter.get('properties');
  const named = properties.some((one) => /^_?id$/.test(keyName(one.node) ?? ''));
  const tokens = properties.filter((one): one is NodePath<t.ObjectProperty> => {
    const value = one.isObjectProperty() ? (one.get('value') as NodePath) : undefined;
    if (!value) return false;
    return isToken(value) || mentions(value, isToken);
  });
  return named && tokens.length === 1 ? tokens[0] : undefined;
}

function mentions(path: NodePath, isToken: (path: NodePath) => boolean): boolean {
  let found = false;
  path.traverse({
    Identifier(name) {
      if (isToken(name)) found = true;
    },
  });
  return found;
}

/** Whether a check is given the token that a read takes from the request. */
export function isCheckedBy({ token }: CheckSite, { path, uses }: ReadSite): boolean {
  return isInside(token, path) || uses.some((use) => isInside(token, use.path));
}

/** The reads whose token a check is given. */
export function readsOf(check: CheckSite, sites: readonly Site[]): ReadSite[] {
  return sites.filter((site): site is ReadSite => site.kind === 'request' && isCheckedBy(check, site));
}
