import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { originsOf } from '../flow/origins.js';
import { type Portable, type PortableImport, portableOf } from '../portable.js';
import { type CheckSite, isMint, type MintSite, type Site } from '../site.js';
import { endOf, startOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { claimsOfCheck } from './doors.js';

/**
 * How a route that renews logins gets from a refresh token to the claims of a new login token, as statements of a
 * function of `payload` and `token` that stand elsewhere too, one a line.
 *
 * @returns undefined where the route does more than look up: marks a token as used, acts on one that came twice
 */
export function renewalOf(sources: Sources, sites: readonly Site[], check: CheckSite): Portable | undefined {
  for (const mint of sites.filter(isMint)) {
    const statements = mint.family === 'session' ? wayTo(check, mint) : undefined;
    const renewal = statements && carried(sources, check, mint, statements);
    if (renewal) return renewal;
  }
  return undefined;
}

/** The statements that are passed on the way to a mint, where that is one straight way; the mint's is the last. */
function wayTo(check: CheckSite, mint: MintSite): NodePath[] | undefined {
  const handler = check.path.getFunctionParent();
  const maker = mint.path.getFunctionParent();
  if (!handler || !maker) return undefined;
  if (maker === handler) return statementsTo(handler, mint.path);
  if (maker.node !== check.callback?.node) return undefined;
  const [before, after] = [statementsTo(handler, check.path), statementsTo(maker, mint.path)];
  return before && after && [...before.slice(0, -1), ...after];
}

/** The statements of a function up to the one that a place is in; a `try` is gone through. */
function statementsTo(owner: NodePath<t.Function>, place: NodePath): NodePath[] | undefined {
  const found: NodePath[] = [];
  let block = owner.get('body') as NodePath;
  while (block.isBlockStatement()) {
    const statements: NodePath[] = block.get('body');
    const index = statements.findIndex((one) => one.node === place.node || place.isDescendant(one));
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

/** What a name of the route is in the function that is made of it. */
interface Names {
  readonly token: (path: NodePath) => boolean;
  readonly payload: NodePath | undefined;
  readonly error: NodePath | undefined;
  readonly local: ReadonlySet<t.Node>;
}

interface Line extends Portable {
  /** The names that it needs from lines before it. */
  readonly needs: ReadonlySet<string>;
}

function carried(
  sources: Sources,
  check: CheckSite,
  mint: MintSite,
  statements: readonly NodePath[],
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
  const result = lineOf(sources, mint.claims, names, (text) => `return ${text};`);
  if (!result) return undefined;
  let lines: Line[] = [result];
  let needs = new Set(result.needs);
  for (const statement of statements.slice(0, -1).reverse()) {
    const line = lineFor(sources, statement, check, names, needs);
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

function unique(imports: readonly PortableImport[]): PortableImport[] {
  return [...new Map(imports.map((one) => [`${one.local} ${one.specifier}`, one])).values()];
}

/** One statement of the way: a line, nothing to be done, or (undefined) more than can be carried. */
function lineFor(
  sources: Sources,
  statement: NodePath,
  check: CheckSite,
  names: Names,
  needs: ReadonlySet<string>,
): Line | 'nothing' | undefined {
  const checks = check.call.isDescendant(statement);
  if (statement.isVariableDeclaration()) {
    const [declarator, ...others] = statement.get('declarations');
    const init = declarator?.get('init');
    if (!declarator || others.length || !init?.node) return undefined;
    const id = textOf(sources.fileOf(statement), declarator.node.id);
    if (checks)
      return declarator.get('id').isIdentifier()
        ? 'nothing'
        : { text: `const ${id} = payload;`, imports: [], literals: [], needs: new Set() };
    const bound = Object.keys(declarator.getBindingIdentifiers());
    if (!bound.some((name) => needs.has(name))) return 'nothing';
    return lineOf(sources, init as NodePath, names, (text) => `const ${id} = ${text};`);
  }
  if (statement.isIfStatement()) return guardLine(sources, statement, names);
  if (!statement.isExpressionStatement()) return undefined;
  // A call for its effect says that the route keeps books: it stays the one that does.
  return checks || /^(?:console|log|logger)\b/.test(textOf(sources.fileOf(statement), statement.node))
    ? 'nothing'
    : undefined;
}

/** `if (test) return res.sendStatus(403)` refuses here too; whether a token came is asked no more. */
function guardLine(
  sources: Sources,
  statement: NodePath<t.IfStatement>,
  names: Names,
): Line | 'nothing' | undefined {
  if (statement.node.alternate || !onlyRefuses(statement.get('consequent'))) return undefined;
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

function alternatives(test: NodePath): NodePath[] {
  return test.isLogicalExpression({ operator: '||' })
    ? [...alternatives(test.get('left')), ...alternatives(test.get('right'))]
    : [test];
}

function onlyRefuses(branch: NodePath): boolean {
  const statements: NodePath[] = branch.isBlockStatement() ? branch.get('body') : [branch];
  const ends = statements.at(-1);
  return (
    (ends?.isReturnStatement() === true || ends?.isThrowStatement() === true) &&
    statements.every((one) =>
      /^(?:return\b\s*)?(?:$|;|(?:res|response|reply|next)\b)|^throw\b/.test(String(one)),
    ) &&
    !statements.some((one) => /\bawait\b|=>/.test(String(one)))
  );
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

/** Tells the expressions that are the refresh token. */
function tokenTest(sources: Sources, token: NodePath): (path: NodePath) => boolean {
  const text = textOf(sources.fileOf(token), token.node);
  const binding = token.isIdentifier() ? token.scope.getBinding(token.node.name) : undefined;
  return (path) =>
    binding
      ? path.isIdentifier() && path.scope.getBinding(path.node.name) === binding
      : textOf(sources.fileOf(path), path.node) === text;
}

/** An expression as it is written elsewhere: its names mean there what they mean here. */
function lineOf(
  sources: Sources,
  path: NodePath,
  names: Names,
  within: (text: string) => string,
): Line | undefined {
  const file = sources.fileOf(path);
  const needs = new Set<string>();
  const replaced: { start: number; end: number; portable: Portable }[] = [];
  for (const name of identifiersIn(path)) {
    const binding = name.scope.getBinding(name.node.name);
    if (!binding || binding.scope.path.isDescendant(path) || binding.scope.path === path) continue;
    const declaration = binding.path.parentPath;
    let portable: Portable | undefined;
    if (names.token(name)) portable = { text: 'token', imports: [], literals: [] };
    else if (names.payload?.isIdentifier() && binding.identifier === names.payload.node)
      portable = { text: 'payload', imports: [], literals: [] };
    else if (declaration && names.local.has(declaration.node)) {
      needs.add(name.node.name);
      continue;
    } else if (binding.scope.path.isProgram()) portable = portableOf(sources, name);
    if (!portable) return undefined;
    const shorthand = name.parentPath?.isObjectProperty({ shorthand: true });
    const text = shorthand ? `${name.node.name}: ${portable.text}` : portable.text;
    replaced.push({ start: startOf(name.node), end: endOf(name.node), portable: { ...portable, text } });
  }
  const whole = spliced(file.text, startOf(path.node), endOf(path.node), replaced);
  // A comment in the middle of it would swallow what follows.
  if (/\/\/|\/\*|`|\bthis\b|\breq\b/.test(whole)) return undefined;
  return {
    text: within(whole.replace(/\s*\n\s*/g, ' ').replace(/,(?= [}\])])/g, '')),
    imports: replaced.flatMap(({ portable }) => portable.imports),
    literals: replaced.flatMap(({ portable }) => portable.literals),
    needs,
  };
}

function spliced(
  text: string,
  start: number,
  end: number,
  replaced: readonly { start: number; end: number; portable: Portable }[],
): string {
  let made = '';
  let from = start;
  for (const one of replaced.toSorted((a, b) => a.start - b.start)) {
    made += text.slice(from, one.start) + one.portable.text;
    from = one.end;
  }
  return made + text.slice(from, end);
}

/** Every name in an expression that stands for a value. */
function identifiersIn(path: NodePath): NodePath<t.Identifier>[] {
  if (path.isIdentifier()) return [path];
  const found: NodePath<t.Identifier>[] = [];
  path.traverse({
    Identifier(name) {
      if (name.isReferencedIdentifier()) found.push(name);
    },
  });
  return found;
}
