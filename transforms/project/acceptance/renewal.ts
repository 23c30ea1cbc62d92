import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { originsOf } from '../flow/origins.js';
import type { Portable } from '../portable.js';
import { type CheckSite, isMint, type MintSite, OPAQUE, type Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isGone } from '../stored/refresh/books.js';
import { remainingOf } from '../stored/refresh/refusals.js';
import { isAside } from './asides.js';
import {
  allRefuse,
  alternatives,
  identifiersIn,
  type Line,
  lineOf,
  type Names,
  tokenTest,
  unique,
} from './carried-code.js';
import { claimsOfCheck } from './doors.js';
import { sharedClaimsLine, sharedPassage, yieldsRow } from './shared-passage.js';
import { type Leg, wayTo } from './way.js';

/**
 * How a route that renews logins gets from a refresh token to the claims of a new login token, as statements of a
 * function of `payload` and `token` that stand elsewhere too, one a line.
 *
 * @param books statements that only keep refresh tokens or take them out: what they do, a session does not need
 * @returns undefined where the route does more than look up and keep refresh tokens
 */
export function renewalOf(
  sources: Sources,
  sites: readonly Site[],
  check: CheckSite,
  books: ReadonlySet<NodePath>,
): Portable | undefined {
  for (const mint of sites.filter(isMint)) {
    const way = mint.family === 'session' ? wayTo(sources, check, mint.path) : undefined;
    const renewal = way && carried(sources, sites, { check, mint, way, books });
    if (renewal) return renewal;
  }
  return undefined;
}

function carried(
  sources: Sources,
  sites: readonly Site[],
  { check, mint, way, books }: Renewing,
): Portable | undefined {
  if (!check.token || !mint.claims) return undefined;
  const legs = namesOnWay(sources, check, check.token, way);
  const last = legs.at(-1);
  const result = last && resultLine(sources, mint, last.names);
  if (!result) return undefined;
  let lines: Line[] = [result];
  let needs = new Set(result.needs);
  const passed = legs.flatMap(({ leg, names }) => passedIn(sources, check, leg, names));
  for (const { statement, names, check: own } of passed.toReversed()) {
    const line = lineFor(sources, statement, { sites, check: own, names, needs, books });
    if (line === undefined) return undefined;
    if (line === 'nothing') continue;
    lines = [line, ...lines];
    needs = new Set([...needs, ...line.needs]);
  }
  const text = lines.map((line) => line.text).join('\n');
  return {
    text,
    imports: unique(lines.flatMap(({ imports }) => imports)),
    literals: lines.flatMap(({ literals }) => literals),
  };
}

/** A way from the check of a refresh token to the mint of a login token. */
interface Renewing {
  readonly check: CheckSite;
  readonly mint: MintSite;
  readonly way: readonly Leg[];
  readonly books: ReadonlySet<NodePath>;
}

/** A statement on the way, with what its names mean. */
interface Passed {
  readonly statement: NodePath;
  readonly names: Names;
  readonly check: Pick<CheckSite, 'call' | 'library'>;
}

/** The statements of a leg but for the last; those of a function that checks tokens of several kinds where it is called. */
function passedIn(sources: Sources, check: CheckSite, { statements }: Leg, names: Names): Passed[] {
  return statements.slice(0, -1).flatMap((statement): Passed[] => {
    const inner = check.call.isDescendant(statement) ? sharedPassage(sources, check, names) : undefined;
    return [
      ...(inner?.statements.map((one) => ({ statement: one, ...inner })) ?? []),
      { statement, names, check },
    ];
  });
}

/** The claims of the new token, as the session keeps them. */
function resultLine(sources: Sources, mint: MintSite, names: Names): Line | undefined {
  if (!mint.claims) return undefined;
  if (!mint.shared) return lineOf(sources, mint.claims, names, (text) => `return ${text};`);
  return sharedClaimsLine(sources, mint, names);
}

/** What the names mean in each function on the way. */
function namesOnWay(
  sources: Sources,
  check: CheckSite,
  token: NodePath,
  way: readonly Leg[],
): { readonly leg: Leg; readonly names: Names }[] {
  const taken = new Set<string>();
  const found: { leg: Leg; names: Names }[] = [];
  for (const leg of way) {
    const outer = found.at(-1)?.names;
    const renamed = new Map<t.Node, string>();
    for (const binding of boundBy(leg)) {
      const { name } = binding;
      const other = [name, `found${name.charAt(0).toUpperCase()}${name.slice(1)}`].find(
        (one) => !taken.has(one),
      );
      if (other !== undefined && other !== name) renamed.set(binding, other);
      taken.add(other ?? name);
    }
    const first: Names = {
      token: tokenTest(sources, token),
      payload:
        check.library === OPAQUE || yieldsRow(check) ? undefined : claimsOfCheck(check.call, check.callback),
      error: check.callback?.isFunction() ? check.callback.get('params')[0] : undefined,
      local: new Set(leg.statements.map(({ node }) => node)),
    };
    const { given, self } = leg;
    found.push({
      leg,
      names: outer ? { ...first, given, renamed, outer, ...(self ? { self } : {}) } : first,
    });
  }
  return found;
}

/** The names that the statements of a leg declare. */
function boundBy({ statements }: Leg): t.Identifier[] {
  return statements.flatMap((one) =>
    one.isVariableDeclaration()
      ? Object.values(t.getBindingIdentifiers(one.node)).flatMap((name) =>
          Array.isArray(name) ? [] : [name],
        )
      : [],
  );
}

/** What is known when a line is carried. */
interface Carrying {
  readonly sites: readonly Site[];
  readonly check: Pick<CheckSite, 'call' | 'library'>;
  readonly names: Names;
  readonly needs: ReadonlySet<string>;
  readonly books: ReadonlySet<NodePath>;
}

/** One statement of the way: a line, nothing to be done, or (undefined) more than can be carried. */
function lineFor(
  sources: Sources,
  statement: NodePath,
  { sites, check, names, needs, books }: Carrying,
): Line | 'nothing' | undefined {
  if (isGone(statement, books)) return 'nothing';
  // What looks random text up is needed there too.
  const checks = check.library !== OPAQUE && check.call.isDescendant(statement);
  if (statement.isVariableDeclaration()) {
    const [declarator, ...others] = statement.get('declarations');
    const init = declarator?.get('init');
    if (!declarator || others.length || !init?.node) return undefined;
    const own = declarator.node.id;
    const id = names.renamed?.get(own) ?? textOf(sources.fileOf(statement), own);
    // Claims that are taken apart are named where they are used.
    if (checks) return 'nothing';
    const bound = t.isIdentifier(own) ? [id] : Object.keys(declarator.getBindingIdentifiers());
    if (!bound.some((name) => needs.has(name))) return 'nothing';
    return lineOf(sources, init as NodePath, names, (text) => `const ${id} = ${text};`);
  }
  if (statement.isIfStatement()) return guardLine(sources, statement, { sites, names, books });
  if (statement.isTryStatement())
    return isOnlyCheck(sources, sites, statement, check) ? 'nothing' : undefined;
  if (!statement.isExpressionStatement()) return undefined;
  // A call for its effect says that the route keeps books: it stays the one that does.
  return checks || isAside(sources, sites, statement) ? 'nothing' : undefined;
}

/** `try { payload = verify(token, key); } catch { return res.sendStatus(401); }` */
function isOnlyCheck(
  sources: Sources,
  sites: readonly Site[],
  statement: NodePath<t.TryStatement>,
  { call }: Pick<CheckSite, 'call' | 'library'>,
): boolean {
  const [only, ...others] = statement.get('block').get('body');
  const handler = statement.get('handler');
  if (!only || others.length || !call.isDescendant(only) || !handler.isCatchClause()) return false;
  const left = handler
    .get('body')
    .get('body')
    .filter((one) => !isAside(sources, sites, one));
  const [answer, ...more] = left;
  return answer !== undefined && !more.length && allRefuse([answer]);
}

/** `if (test) return res.sendStatus(403)` refuses here too; whether a token came is asked no more. */
function guardLine(
  sources: Sources,
  statement: NodePath<t.IfStatement>,
  { sites, names, books }: Pick<Carrying, 'sites' | 'names' | 'books'>,
): Line | 'nothing' | undefined {
  const branch = statement.get('consequent');
  if (statement.node.alternate) return undefined;
  const left = remainingOf(branch, books).filter((one) => !isAside(sources, sites, one));
  if (!left.length) return 'nothing';
  if (!allRefuse(left)) return undefined;
  const asked = alternatives(statement.get('test')).filter((test) => !isAboutRequest(sources, test, names));
  if (!asked.length) return 'nothing';
  const tests = asked.map((test) => lineOf(sources, test, names, (text) => text));
  const known = tests.filter((one) => one !== undefined);
  if (known.length < tests.length) return undefined;
  return {
    text: `if (${known.map(({ text }) => text).join(' || ')}) return undefined;`,
    imports: known.flatMap(({ imports }) => imports),
    literals: known.flatMap(({ literals }) => literals),
    needs: new Set(known.flatMap((one) => [...one.needs])),
  };
}

/** Whether a test asks only for what came with the request, or for the error of the check. */
function isAboutRequest(sources: Sources, test: NodePath, names: Names): boolean {
  const roots = identifiersIn(test);
  return roots.every((root) => {
    const binding = root.scope.getBinding(root.node.name);
    if (names.error?.isIdentifier() && binding?.identifier === names.error.node) return true;
    return (
      names.token(root) || originsOf(sources, root).every(({ path }) => /^req(?:uest)?\b/.test(String(path)))
    );
  });
}
