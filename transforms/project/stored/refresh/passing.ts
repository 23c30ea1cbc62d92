import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { onlyRefuses } from '../../acceptance/carried-code.js';
import { type CallPath, callersOf } from '../../callers.js';
import { isInside } from '../../inside.js';
import { requestParameter } from '../../requests.js';
import { isMint, type ReadSite, type Site } from '../../site.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { type NamedRow, namingClaims, rowAt } from './named-row.js';
import { isOneEach } from './row-ends.js';

/** A middleware that lets in by a login token, and by the row that a refresh token names where that is absent. */
export interface PassingRenewal {
  /** The way in by the login token: the other one does the same and more. */
  readonly first: NodePath<t.IfStatement>;
  /** Statements that send both tokens anew. */
  readonly renewing: readonly NodePath[];
  readonly row: NamedRow;
}

const DEEPEST = 4;

/** Every middleware that renews a login by a row while it lets a request through. */
export function passingRenewalsOf(sources: Sources, sites: readonly Site[]): PassingRenewal[] {
  if (!namingClaims(sources, sites).size) return [];
  const reads = sites.filter((site): site is ReadSite => site.kind === 'request');
  const starting = sites
    .filter(isMint)
    .filter(({ family }) => family === 'session')
    .flatMap(({ path }) => reaching(sources, path, 0));
  return reads.flatMap((read) =>
    read.uses.flatMap(({ path }) => {
      const first = path.parentPath;
      if (!first?.isIfStatement() || path.key !== 'test' || !path.isIdentifier()) return [];
      const found = renewalAfter(sources, sites, { first, token: path.node.name, starting });
      return found ? [found] : [];
    }),
  );
}

interface Way {
  readonly first: NodePath<t.IfStatement>;
  readonly token: string;
  /** Calls that lead to the start of a session. */
  readonly starting: readonly NodePath[];
}

function renewalAfter(
  sources: Sources,
  sites: readonly Site[],
  { first, token, starting }: Way,
): PassingRenewal | undefined {
  const branch = first.get('consequent');
  if (!branch.isBlockStatement() || first.node.alternate || !first.inList) return undefined;
  const own: NodePath[] = branch.get('body');
  const rest = first.getAllNextSiblings().filter(({ node }) => node);
  if (!own.at(-1)?.isReturnStatement()) return undefined;
  const others = rest.filter((one) => !own.some((step) => isSame(sources, step, one, token)));
  const shared = rest.filter((one) => !others.includes(one));
  const inOrder = own.every((step, index) => {
    const beside = shared[index];
    return beside !== undefined && isSame(sources, step, beside, token);
  });
  if (!inOrder || shared.length !== own.length || shared.at(-1) !== rest.at(-1)) return undefined;
  const renewing = others.filter(
    (one) => one.isExpressionStatement() && starting.some((call) => isInside(one, call)),
  );
  const reads = sites.filter((site): site is ReadSite => site.kind === 'request');
  const [asked, refused, ...more] = others.filter(
    (one) => !renewing.includes(one) && !refusesAbsence(one, reads),
  );
  if (!asked || !refused?.isIfStatement() || more.length || !onlyRefuses(refused.get('consequent')))
    return undefined;
  const row = refused.node.alternate ? undefined : rowAt(sources, sites, asked, refused);
  return row && isOneEach(sources, row) && haveRows(sources, sites, row)
    ? { first, renewing, row }
    : undefined;
}

/** `if (!refreshToken) return res.sendStatus(401)` */
function refusesAbsence(statement: NodePath, reads: readonly ReadSite[]): boolean {
  if (!statement.isIfStatement() || statement.node.alternate) return false;
  const test = statement.get('test');
  if (!test.isUnaryExpression({ operator: '!' }) || !onlyRefuses(statement.get('consequent'))) return false;
  const { argument } = test.node;
  return reads.some(({ uses }) => uses.some(({ path }) => path.node === argument));
}

/** Whether everything that starts a login with a refresh token knows of the row: whoever has none would be out. */
function haveRows(sources: Sources, sites: readonly Site[], { model }: NamedRow): boolean {
  const word = new RegExp(`(?<![\\w$])${model.replaceAll('$', '\\$')}(?![\\w$])`);
  return sites
    .filter(isMint)
    .filter(({ family }) => family === 'refresh')
    .flatMap(({ path }) => reaching(sources, path, 0))
    .every((path) => {
      const owner = path.getFunctionParent();
      const handles = owner && requestParameter(owner) !== undefined;
      return !handles || word.test(textOf(sources.fileOf(owner), owner.node));
    });
}

/** Whether two statements do the same, but for the token that they are about. */
function isSame(sources: Sources, one: NodePath, other: NodePath, token: string): boolean {
  const plain = (path: NodePath) =>
    textOf(sources.fileOf(path), path.node).replace(/^return\s+|[;\s]+$/g, '');
  const [own, beside] = [plain(one), plain(other)];
  if (own === beside) return true;
  const parts = own.split(new RegExp(`(?<![\\w$.])${token.replaceAll('$', '\\$')}(?![\\w$])`));
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\w$]+');
  return parts.length > 1 && new RegExp(`^${pattern}$`).test(beside);
}

/** A place, and the calls of the functions around it, up to where requests are handled. */
function reaching(sources: Sources, path: NodePath, depth: number): NodePath[] {
  const owner = path.getFunctionParent();
  if (!owner || depth > DEEPEST || requestParameter(owner) !== undefined) return [path];
  return [path, ...callersOf(sources, owner).flatMap((call: CallPath) => reaching(sources, call, depth + 1))];
}
