import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { stateOfSetter } from '../flow/calls.js';
import { originsOf } from '../flow/origins.js';
import { isInside } from '../inside.js';
import type { Sources } from '../sources.js';
import { membersAbove } from './answers.js';
import { isTokenName } from './names.js';

/** What the code around knows of tokens that are kept. */
export interface KeptHere {
  /** What tokens are called where they are stored. */
  readonly names: ReadonlySet<string>;
  /** Where what is stored is read. */
  readonly reads: ReadonlySet<t.Node>;
  /** Where tokens are stored. */
  readonly stores: ReadonlySet<t.Node>;
  /** Where tokens are decoded, attached, or asked for, which needs no answer any more. */
  readonly handled: readonly NodePath[];
}

/** What becomes of the answer to a renewal that is not asked for any more. */
export interface AnsweredWith {
  /** The statements that ask, take the answer apart, or only keep it: they go. */
  readonly statements: readonly NodePath[];
  /** The conditions that ask whether it went well, or badly. */
  readonly tests: readonly { readonly path: NodePath; readonly well: boolean }[];
  /** Where a token of it is handed on: it says that there is a session. */
  readonly flags: readonly NodePath[];
}

/**
 * Follows what an answer is used for.
 *
 * @param asking the declaration that receives it
 * @returns undefined where something else than its tokens is wanted of it
 */
export function answeredWith(
  sources: Sources,
  asking: NodePath<t.VariableDeclaration>,
  kept: KeptHere,
): AnsweredWith | undefined {
  const statements: NodePath[] = [asking];
  const tests = new Map<t.Node, { path: NodePath; well: boolean }>();
  const flags: NodePath[] = [];
  const waiting = [...parts(asking)];
  for (const part of waiting) {
    if (!part.binding.constant) return undefined;
    for (const reference of part.binding.referencePaths) {
      if (statements.some((one) => isInside(one, reference))) continue;
      if (kept.handled.some((one) => isInside(one, reference))) continue;
      const test = testAround(reference, waiting, kept);
      if (test) {
        tests.set(test.path.node, test);
        continue;
      }
      const taken = partTaken(reference);
      if (taken) {
        statements.push(taken);
        waiting.push(...parts(taken, part.token));
        continue;
      }
      const { path, names } = membersAbove(reference);
      const last = names.at(-1);
      const token = last === undefined ? part.token : isToken(last, kept);
      const statement = keepingStatement(sources, path, kept, token);
      if (statement) statements.push(statement);
      else if (token) flags.push(path);
      else return undefined;
    }
  }
  return { statements: withoutInner(statements), tests: [...tests.values()], flags };
}

interface Part {
  readonly binding: Binding;
  /** It is a token by itself. */
  readonly token: boolean;
}

function parts(declaration: NodePath<t.VariableDeclaration>, token = false): Part[] {
  return declaration.get('declarations').flatMap(({ node: { id }, scope }) =>
    Object.entries(t.getBindingIdentifiers(id)).flatMap(([name, identifier]): Part[] => {
      const binding = scope.getBinding(name);
      const whole = id === identifier;
      return binding ? [{ binding, token: whole ? token || isTokenName(name) : nameIn(id, name) }] : [];
    }),
  );
}

/** Whether the property that a pattern takes out under a name is a token's. */
function nameIn(pattern: t.Node, name: string): boolean {
  if (!t.isObjectPattern(pattern)) return false;
  return pattern.properties.some((one) => {
    if (!t.isObjectProperty(one)) return false;
    const { value } = one;
    if (t.isIdentifier(value, { name })) return isTokenName(keyName(one) ?? '') || isTokenName(name);
    return nameIn(value, name);
  });
}

function isToken(name: string, { names }: KeptHere): boolean {
  return isTokenName(name) || names.has(name);
}

/** The condition that consists of nothing but what is asked of the answer. */
function testAround(
  reference: NodePath,
  answered: readonly Part[],
  kept: KeptHere,
): { path: NodePath; well: boolean } | undefined {
  const path = reference.findParent(
    (above) =>
      (above.parentPath?.isIfStatement() || above.parentPath?.isConditionalExpression() || false) &&
      above.key === 'test',
  );
  const test =
    path ?? (reference.key === 'test' && reference.parentPath?.isIfStatement() ? reference : undefined);
  if (!test || test.getFunctionParent() !== reference.getFunctionParent()) return undefined;
  const names = new Set(answered.map(({ binding }) => binding));
  let other = false;
  const look = (one: NodePath) => {
    if (one.isIdentifier() && one.isReferencedIdentifier() && one.node.name !== 'undefined') {
      const binding = one.scope.getBinding(one.node.name);
      if (!binding || !names.has(binding)) other = true;
    }
    if (one.isCallExpression()) other = true;
  };
  look(test);
  test.traverse({ enter: look });
  const well = other ? undefined : goneWell(test.node, kept);
  return well === undefined ? undefined : { path: test, well };
}

/** What says of an answer that all went well by being there; `error` and the like say the contrary. */
const GOOD = /^(?:ok|isOk|success(?:ful)?|data|body|res|resp|response|result|answer|reply|json|pair)$/;

/** Whether a condition holds where all went well; undefined where that is not to be said. */
function goneWell(test: t.Node, kept: KeptHere): boolean | undefined {
  if (t.isUnaryExpression(test, { operator: '!' })) {
    const inner = goneWell(test.argument, kept);
    return inner === undefined ? undefined : !inner;
  }
  if (t.isLogicalExpression(test)) {
    const [left, right] = [goneWell(test.left, kept), goneWell(test.right, kept)];
    return left === right && left === (test.operator !== '||') ? left : undefined;
  }
  if (t.isBinaryExpression(test)) return statusGood(test);
  const name = t.isIdentifier(test) ? test.name : propertyName(test);
  return name !== undefined && (GOOD.test(name) || isToken(name, kept)) ? true : undefined;
}

/** The same of `response.status === 200`. */
function statusGood({ left, operator, right }: t.BinaryExpression): boolean | undefined {
  if (!t.isNumericLiteral(right) || !/^status(?:Code)?$/.test(propertyName(left) ?? '')) return undefined;
  const good = right.value >= 200 && right.value < 300;
  if (/^===?$/.test(operator)) return good;
  if (/^!==?$/.test(operator)) return good ? false : undefined;
  if (operator === '<') return right.value >= 300 && right.value <= 400 ? true : undefined;
  return operator === '>=' && right.value >= 300 ? false : undefined;
}

/** `const data = await response.json()`, `const { accessToken } = response.data` */
function partTaken(reference: NodePath): NodePath<t.VariableDeclaration> | undefined {
  let { path } = membersAbove(reference);
  for (;;) {
    const { parentPath: parent } = path;
    const called = path.key === 'callee' && parent?.isCallExpression() && /\.json$/.test(String(path));
    if (!parent || !(called || parent.isAwaitExpression())) break;
    path = parent;
  }
  const declaration = path.key === 'init' ? path.parentPath?.parentPath : undefined;
  return declaration?.isVariableDeclaration() && declaration.node.declarations.length === 1
    ? declaration
    : undefined;
}

/** The statement that does nothing but to keep what was answered, where it is kept already. */
function keepingStatement(
  sources: Sources,
  path: NodePath,
  { reads, stores }: KeptHere,
  token: boolean,
): NodePath | undefined {
  const statement = path.getStatementParent();
  if (!statement?.isExpressionStatement() || statement.getFunctionParent() !== path.getFunctionParent())
    return undefined;
  let storing = false;
  statement.traverse({
    enter: (one) => {
      if (stores.has(one.node)) storing = true;
    },
  });
  if (storing) return statement;
  const call = statement.get('expression');
  if (!call.isCallExpression()) return undefined;
  const callee = call.get('callee') as NodePath;
  if (/^console\./.test(String(callee)) || onlyStores(sources, callee, stores)) return statement;
  const [given] = call.get('arguments') as NodePath[];
  const state = given?.node === path.node && !token ? stateOfSetter(sources, callee) : undefined;
  const read = state?.isIdentifier() ? state.scope.getBinding(state.node.name)?.referencePaths[0] : undefined;
  const begun = read ? originsOf(sources, read, [], ({ node }) => reads.has(node)) : [];
  return begun.some((one) => reads.has(one.path.node)) ? statement : undefined;
}

/** Whether a function stores tokens and, beside that, only puts what it is handed into members. */
function onlyStores(sources: Sources, callee: NodePath, stores: ReadonlySet<t.Node>): boolean {
  const called = definitionOf(sources, callee);
  const body = called.kind === 'function' ? called.path.get('body') : undefined;
  if (!body || Array.isArray(body) || !body.isBlockStatement()) return false;
  const kept = body.node.body.map((statement) => {
    if (!t.isExpressionStatement(statement)) return undefined;
    if (stores.has(statement.expression)) return 'stored';
    const { expression } = statement;
    const set = t.isAssignmentExpression(expression) && t.isMemberExpression(expression.left);
    return set && t.isIdentifier(expression.right) ? 'set' : undefined;
  });
  return kept.includes('stored') && !kept.includes(undefined);
}

function withoutInner(statements: readonly NodePath[]): NodePath[] {
  const once = [...new Set(statements)];
  return once.filter((one) => !once.some((other) => other !== one && one.isDescendant(other)));
}
