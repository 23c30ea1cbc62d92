import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf } from '../callers.js';
import { originsOf } from '../flow/origins.js';
import { isInside } from '../inside.js';
import type { Portable } from '../portable.js';
import { type CheckSite, isMint, type MintSite, type Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isGone } from '../stored/refresh/books.js';
import { remainingOf } from '../stored/refresh/refusals.js';
import {
  alternatives,
  identifiersIn,
  type Line,
  lineOf,
  type Names,
  onlyRefuses,
  tokenTest,
  unique,
} from './carried-code.js';
import { claimsOfCheck } from './doors.js';

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
    const way = mint.family === 'session' ? wayTo(sources, check, mint) : undefined;
    const renewal = way && carried(sources, check, mint, way, books);
    if (renewal) return renewal;
  }
  return undefined;
}

/** The way from a check to a mint, where there is one straight way. */
interface Way {
  /** The statements that are passed; the mint's, or that of the call which leads to it, is the last. */
  readonly statements: readonly NodePath[];
  /** What the function that mints is given for its parameters, where it is one of its own. */
  readonly given: ReadonlyMap<t.Node, NodePath>;
}

function wayTo(sources: Sources, check: CheckSite, mint: MintSite): Way | undefined {
  const handler = check.path.getFunctionParent();
  const maker = mint.path.getFunctionParent();
  if (!handler || !maker) return undefined;
  const straight = statementsBetween(check, handler, mint.path);
  if (straight) return { statements: straight, given: new Map() };
  for (const call of callersOf(sources, maker)) {
    const statements = statementsBetween(check, handler, call);
    if (!statements) continue;
    const values = call.get('arguments') as NodePath[];
    const given = maker.node.params.flatMap((parameter, index): [t.Node, NodePath][] => {
      const value = values[index];
      return t.isIdentifier(parameter) && value ? [[parameter, value]] : [];
    });
    return { statements, given: new Map(given) };
  }
  return undefined;
}

function statementsBetween(
  check: CheckSite,
  handler: NodePath<t.Function>,
  place: NodePath,
): NodePath[] | undefined {
  const owner = place.getFunctionParent();
  if (owner === handler) return statementsTo(handler, place);
  if (!owner || owner.node !== check.callback?.node) return undefined;
  const [before, after] = [statementsTo(handler, check.path), statementsTo(owner, place)];
  return before && after && [...before.slice(0, -1), ...after];
}

/** The statements of a function up to the one that a place is in; a `try` is gone through. */
function statementsTo(owner: NodePath<t.Function>, place: NodePath): NodePath[] | undefined {
  const found: NodePath[] = [];
  let block = owner.get('body') as NodePath;
  while (block.isBlockStatement()) {
    const statements: NodePath[] = block.get('body');
    const index = statements.findIndex((one) => isInside(one, place));
    const at = statements[index];
    if (!at) return undefined;
    found.push(...statements.slice(0, index));
    if (!at.isTryStatement()) return isPlain(at, place) ? [...found, at] : undefined;
    block = at.get('block');
  }
  return undefined;
}

/** Whether a place is reached whenever its statement is. */
function isPlain(statement: NodePath, place: NodePath): boolean {
  if (
    !statement.isVariableDeclaration() &&
    !statement.isExpressionStatement() &&
    !statement.isReturnStatement()
  )
    return false;
  const branch = place.findParent((above) => above.isConditional() || above.isLogicalExpression());
  return !branch?.isDescendant(statement);
}

function carried(
  sources: Sources,
  check: CheckSite,
  mint: MintSite,
  { statements, given }: Way,
  books: ReadonlySet<NodePath>,
): Portable | undefined {
  if (!check.token || !mint.claims) return undefined;
  const received = claimsOfCheck(check.call, check.callback);
  const error = check.callback?.isFunction() ? check.callback.get('params')[0] : undefined;
  const names: Names = {
    token: tokenTest(sources, check.token),
    payload: received,
    error,
    local: new Set(statements.map(({ node }) => node)),
  };
  const result = lineOf(sources, mint.claims, { ...names, given }, (text) => `return ${text};`);
  if (!result) return undefined;
  let lines: Line[] = [result];
  let needs = new Set(result.needs);
  for (const statement of statements.slice(0, -1).reverse()) {
    const line = lineFor(sources, statement, { check, names, needs, books });
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

/** What is known when a line is carried. */
interface Carrying {
  readonly check: CheckSite;
  readonly names: Names;
  readonly needs: ReadonlySet<string>;
  readonly books: ReadonlySet<NodePath>;
}

/** One statement of the way: a line, nothing to be done, or (undefined) more than can be carried. */
function lineFor(
  sources: Sources,
  statement: NodePath,
  { check, names, needs, books }: Carrying,
): Line | 'nothing' | undefined {
  if (isGone(statement, books)) return 'nothing';
  const checks = check.call.isDescendant(statement);
  if (statement.isVariableDeclaration()) {
    const [declarator, ...others] = statement.get('declarations');
    const init = declarator?.get('init');
    if (!declarator || others.length || !init?.node) return undefined;
    const id = textOf(sources.fileOf(statement), declarator.node.id);
    // Claims that are taken apart are named where they are used.
    if (checks) return 'nothing';
    const bound = Object.keys(declarator.getBindingIdentifiers());
    if (!bound.some((name) => needs.has(name))) return 'nothing';
    return lineOf(sources, init as NodePath, names, (text) => `const ${id} = ${text};`);
  }
  if (statement.isIfStatement()) return guardLine(sources, statement, names, books);
  if (!statement.isExpressionStatement()) return undefined;
  // A call for its effect says that the route keeps books: it stays the one that does.
  return checks || isAside(sources, statement) ? 'nothing' : undefined;
}

/** What says nothing about a token: it is written into a log, or a cookie is taken back that is set anew. */
function isAside(sources: Sources, statement: NodePath): boolean {
  return /^(?:(?:console|log|logger)\b|res(?:ponse)?\.clearCookie\()/.test(
    textOf(sources.fileOf(statement), statement.node),
  );
}

/** `if (test) return res.sendStatus(403)` refuses here too; whether a token came is asked no more. */
function guardLine(
  sources: Sources,
  statement: NodePath<t.IfStatement>,
  names: Names,
  books: ReadonlySet<NodePath>,
): Line | 'nothing' | undefined {
  const branch = statement.get('consequent');
  if (statement.node.alternate) return undefined;
  const left = remainingOf(branch, books).filter((one) => !isAside(sources, one));
  const [only, ...others] = left;
  if (!only) return 'nothing';
  if (!onlyRefuses(others.length ? branch : only)) return undefined;
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
