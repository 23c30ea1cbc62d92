import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { CUTS } from './cuts.js';
import { propertyName } from './definitions.js';

/**
 * What an expression tells of the credential that a request carries:
 * `token` is the credential, or the token cut out of it · `parts` the credential split at its blank ·
 * `matched` what a regular expression finds in it · `scheme` its first part · `present` and `absent` are true when
 * there is one, and when there is none.
 */
export type CredentialKind = 'token' | 'parts' | 'matched' | 'scheme' | 'present' | 'absent';

const QUESTIONS = new Set(['startsWith', 'includes', 'length']);
const CASES = /^to(?:Lower|Upper)Case$/;

/** What an expression tells of the credential read at any of `reads`; undefined when it tells something else. */
export function credentialKind(
  path: NodePath,
  reads: ReadonlySet<t.Node>,
  depth = 0,
  assumed?: Binding,
): CredentialKind | undefined {
  if (depth > 20) return undefined;
  const kind = (other: NodePath) => credentialKind(other, reads, depth + 1, assumed);
  if (reads.has(path.node)) return 'token';
  if (path.isParenthesizedExpression() || path.isTSAsExpression() || path.isTSNonNullExpression()) {
    return kind(path.get('expression') as NodePath);
  }
  if (path.isIdentifier()) return kindOfName(path, reads, depth, assumed);
  if (path.isUnaryExpression({ operator: '!' })) {
    const inner = kind(path.get('argument'));
    if (inner === 'token' || inner === 'matched' || inner === 'present') return 'absent';
    return inner === 'absent' ? 'present' : undefined;
  }
  if (path.isLogicalExpression()) return kindOfLogical(path, kind);
  if (path.isConditionalExpression()) {
    const test = kind(path.get('test'));
    const [yes, no] = [path.get('consequent'), path.get('alternate')];
    // `authorization` is no list of headers: the others of its name are left out.
    if (isListTest(path.get('test'), kind)) return kind(no);
    if (
      (test === 'present' || test === 'matched' || test === 'token') &&
      kind(yes) === 'token' &&
      isNothing(no.node)
    )
      return 'token';
    return test === 'absent' && isNothing(yes.node) && kind(no) === 'token' ? 'token' : undefined;
  }
  if (path.isBinaryExpression()) return kindOfComparison(path, kind);
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const holder = kind(path.get('object') as NodePath);
    const name = propertyName(path.node);
    if (holder === 'matched') return name === undefined || name === 'index' ? undefined : 'token';
    if (holder === 'parts')
      return name === '0' ? 'scheme' : name === '1' ? 'token' : name === 'length' ? 'present' : undefined;
    return holder === 'token' && name === 'length' ? 'present' : undefined;
  }
  const text = textOfWhat(path);
  if (text) return kind(text) === 'token' ? 'token' : undefined;
  if (path.isCallExpression() || path.isOptionalCallExpression()) return kindOfCall(path, kind);
  return undefined;
}

/** What `String(header)` and `${header}` are the text of. */
function textOfWhat(path: NodePath): NodePath | undefined {
  if (path.isCallExpression() && path.get('callee').isIdentifier({ name: 'String' }))
    return (path.get('arguments') as NodePath[])[0];
  if (!path.isTemplateLiteral() || path.node.quasis.some(({ value }) => value.raw)) return undefined;
  const [only, more] = path.get('expressions') as NodePath[];
  return more ? undefined : only;
}

/** The largest expression around a path that still tells of nothing but the credential. */
export function widestCredential(
  path: NodePath,
  reads: ReadonlySet<t.Node>,
): { path: NodePath; kind: CredentialKind } | undefined {
  let widest: { path: NodePath; kind: CredentialKind } | undefined;
  for (let at: NodePath | null = path; at?.isExpression(); at = at.parentPath) {
    const kind = credentialKind(at, reads);
    if (kind) widest = { path: at, kind };
    else if (!tellsWithMore(at)) break;
  }
  return widest;
}

/**
 * Whether an expression may be a part of one that tells of the credential: `header.split` of the call, `typeof header`
 * of the comparison, `Array.isArray(header)` and `header[0]` of `Array.isArray(header) ? header[0] : header`.
 */
function tellsWithMore(path: NodePath): boolean {
  const isFirst = path.isMemberExpression() && propertyName(path.node) === '0';
  const isList = path.isCallExpression() && propertyName(path.node.callee) === 'isArray';
  return path.key === 'callee' || path.isUnaryExpression({ operator: 'typeof' }) || isFirst || isList;
}

/** Whether an expression is `null`, `undefined`, `''` or `false`. */
export function isNothing(node: t.Node): boolean {
  return (
    t.isNullLiteral(node) ||
    t.isIdentifier(node, { name: 'undefined' }) ||
    t.isStringLiteral(node, { value: '' }) ||
    t.isBooleanLiteral(node, { value: false })
  );
}

function kindOfName(
  path: NodePath<t.Identifier>,
  reads: ReadonlySet<t.Node>,
  depth: number,
  assumed: Binding | undefined,
): CredentialKind | undefined {
  const binding = path.scope.getBinding(path.node.name);
  const at = binding?.path;
  if (!binding || !at?.isVariableDeclarator()) return undefined;
  // `token = token.slice(7)`: what is in question holds, if everything else that is put into it does.
  if (binding === assumed) return 'token';
  const kind = (other: NodePath) => credentialKind(other, reads, depth + 1, binding);
  const init = at.get('init') as NodePath;
  if (t.isIdentifier(at.node.id)) {
    const values = binding.constantViolations.map((violation) =>
      violation.isAssignmentExpression() ? violation.get('right') : violation,
    );
    if (init.node && !isNothing(init.node)) values.push(init);
    const kinds = values.map((value) => kind(value));
    const [first] = kinds;
    return first && kinds.every((one) => one === first) ? first : undefined;
  }
  if (t.isArrayPattern(at.node.id) && binding.constant && init.node && kind(init) === 'parts') {
    const index = at.node.id.elements.indexOf(binding.identifier);
    return index === 0 ? 'scheme' : index === 1 ? 'token' : undefined;
  }
  if (t.isArrayPattern(at.node.id) && binding.constant && init.node && kind(init) === 'matched')
    return 'token';
  if (t.isObjectPattern(at.node.id) && binding.constant) {
    const property = at.node.id.properties.find(
      (one) => t.isObjectProperty(one) && one.value === binding.identifier,
    );
    return property && reads.has(property) ? 'token' : undefined;
  }
  return undefined;
}

function kindOfLogical(
  path: NodePath<t.LogicalExpression>,
  kind: (path: NodePath) => CredentialKind | undefined,
): CredentialKind | undefined {
  const left = kind(path.get('left'));
  const right = kind(path.get('right'));
  if (left === 'token' && path.node.operator !== '&&' && isNothing(path.node.right)) return 'token';
  // `header?.split(' ') ?? []`
  const { right: otherwise, operator } = path.node;
  if (left === 'parts' && operator !== '&&' && t.isArrayExpression(otherwise) && !otherwise.elements.length)
    return 'parts';
  // `header.match(…) || []`
  if (left === 'matched' && path.node.operator !== '&&' && isEmptyList(path.node.right)) return 'matched';
  if (left === 'absent' && right === 'absent') return 'absent';
  const tells = (one: CredentialKind | undefined) =>
    one === 'token' || one === 'matched' || one === 'present';
  if (!tells(left) || !tells(right)) return undefined;
  return right === 'token' && (path.node.operator === '&&' || left === 'token') ? 'token' : 'present';
}

function kindOfComparison(
  path: NodePath<t.BinaryExpression>,
  kind: (path: NodePath) => CredentialKind | undefined,
): CredentialKind | undefined {
  const { operator } = path.node;
  const measured = kindOfLength(path, kind);
  if (measured) return measured;
  const equal = operator === '===' || operator === '==';
  if (!equal && operator !== '!==' && operator !== '!=') return undefined;
  const [left, right] = [path.get('left') as NodePath, path.get('right')];
  const told = kind(left) ? left : kind(right) ? right : undefined;
  if (!told) {
    const typed = left.isUnaryExpression({ operator: 'typeof' }) && kind(left.get('argument')) === 'token';
    if (typed && right.isStringLiteral({ value: 'undefined' })) return equal ? 'absent' : 'present';
    return typed && right.isStringLiteral({ value: 'string' }) ? (equal ? 'present' : 'absent') : undefined;
  }
  const other = told === left ? right : left;
  const what = kind(told);
  if (what === 'token') return isNothing(other.node) ? (equal ? 'absent' : 'present') : undefined;
  if (what === 'scheme' && other.isStringLiteral()) return equal ? 'present' : 'absent';
  const counted = what === 'present' && other.isNumericLiteral({ value: 2 });
  return counted ? (equal ? 'present' : 'absent') : undefined;
}

/** `Array.isArray(header)` */
function isListTest(path: NodePath, kind: (path: NodePath) => CredentialKind | undefined): boolean {
  if (!path.isCallExpression() || propertyName(path.node.callee) !== 'isArray') return false;
  const [given] = path.get('arguments') as NodePath[];
  return given !== undefined && kind(given) === 'token';
}

function isEmptyList(node: t.Node): boolean {
  return t.isArrayExpression(node) && node.elements.length === 0;
}

const LENGTHS: Readonly<Record<string, CredentialKind>> = {
  '>0': 'present',
  '>=1': 'present',
  '!=0': 'present',
  '==0': 'absent',
  '<1': 'absent',
  '<=0': 'absent',
};

/** `token.length > 0` asks whether there is one; `token.length < 500` what it looks like. */
function kindOfLength(
  path: NodePath<t.BinaryExpression>,
  kind: (path: NodePath) => CredentialKind | undefined,
): CredentialKind | undefined {
  const [left, right] = [path.get('left') as NodePath, path.get('right')];
  if (!isLength(left) || !right.isNumericLiteral()) return undefined;
  if (kind(left.get('object') as NodePath) !== 'token') return undefined;
  return LENGTHS[path.node.operator.slice(0, 2) + right.node.value];
}

/** Whether an expression is the length of something. */
export function isLength(
  path: NodePath,
): path is NodePath<t.MemberExpression> | NodePath<t.OptionalMemberExpression> {
  return (
    (path.isMemberExpression() || path.isOptionalMemberExpression()) && propertyName(path.node) === 'length'
  );
}

function kindOfCall(
  path: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
  kind: (path: NodePath) => CredentialKind | undefined,
): CredentialKind | undefined {
  const callee = path.get('callee') as NodePath;
  if (!callee.isMemberExpression() && !callee.isOptionalMemberExpression()) return undefined;
  const name = propertyName(callee.node) ?? '';
  const object = callee.get('object') as NodePath;
  const holder = kind(object);
  if (holder === 'token') {
    if (CUTS.has(name) || CASES.test(name)) return 'token';
    if (name === 'split') return 'parts';
    if (name === 'match') return 'matched';
    return QUESTIONS.has(name) ? 'present' : undefined;
  }
  if (holder === 'parts' && name === 'pop') return 'token';
  if (holder === 'scheme' && CASES.test(name)) return 'scheme';
  const [first] = path.get('arguments') as NodePath[];
  if (first && object.isRegExpLiteral()) {
    const tested = kind(first);
    if (name === 'exec' && tested === 'token') return 'matched';
    return name === 'test' && (tested === 'token' || tested === 'scheme') ? 'present' : undefined;
  }
  return undefined;
}
