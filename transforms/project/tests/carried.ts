import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callersOf, escapes } from '../callers.js';
import { definitionOf, patternTrail } from '../definitions.js';
import { familyOfWord } from '../families.js';
import { returnsOf } from '../flow/returns.js';
import { firstLineOf, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { requestAnswering, requestAt } from './answers.js';
import { isScheme, type TestAttachment, withoutScheme } from './attached.js';
import { linkName, type TestRequest } from './requests.js';

/** A login by a request, and where the token is taken from its answer. */
export interface TestLogin {
  readonly request: TestRequest;
  readonly takes: readonly NodePath[];
}

/** A token on its way through the tests: from the logins that answer with it to the requests that send it. */
export interface CarriedToken {
  readonly logins: readonly TestLogin[];
  readonly attachments: readonly TestAttachment[];
  /** Variables and parameters that hold it. */
  readonly names: readonly Binding[];
  /** Those of them that more is done with than to send it. */
  readonly shown: ReadonlySet<Binding>;
  /** Functions that return it. */
  readonly functions: readonly NodePath<t.Function>[];
}

/** Why it is not certain that a token that is sent is one that a login answered with. */
export interface UnclearToken {
  readonly attachments: readonly TestAttachment[];
  readonly because: string;
  /** A login answers with it, whatever else it may be. */
  readonly answered: boolean;
}

/** What is known of a token while it is followed. */
interface Walk {
  readonly sources: Sources;
  /** Every place where the tests send a token. */
  readonly all: readonly TestAttachment[];
  readonly logins: Map<TestRequest, Set<NodePath>>;
  readonly attachments: Set<TestAttachment>;
  readonly names: Set<Binding>;
  readonly shown: Set<Binding>;
  readonly functions: Set<NodePath<t.Function>>;
  /** The first thing that is not followed, in words. */
  readonly unclear: string[];
}

/**
 * Follows a token that a test sends back to the logins that answer with it, and from there to everything else that
 * becomes of it: what stands in for the token has to come wherever the token came.
 *
 * @param all every place where the tests send a token
 */
export function carriedBy(
  sources: Sources,
  first: TestAttachment,
  all: readonly TestAttachment[],
): CarriedToken | UnclearToken {
  const walk: Walk = {
    sources,
    all,
    logins: new Map(),
    attachments: new Set(),
    names: new Set(),
    shown: new Set(),
    functions: new Set(),
    unclear: [],
  };
  attach(walk, first);
  const [because] = walk.unclear;
  const attachments = [...walk.attachments];
  const answered = walk.logins.size > 0;
  if (because !== undefined || !answered)
    return { attachments, because: because ?? 'no login answers with it', answered };
  const logins = [...walk.logins].map(([request, takes]) => ({ request, takes: [...takes] }));
  return {
    logins,
    attachments,
    names: [...walk.names],
    shown: walk.shown,
    functions: [...walk.functions],
  };
}

function attach(walk: Walk, attachment: TestAttachment): void {
  if (walk.attachments.has(attachment)) return;
  walk.attachments.add(attachment);
  comesFrom(walk, attachment.token);
}

/** Whatever an expression that yields the token takes it from. */
function comesFrom(walk: Walk, path: NodePath, names: readonly string[] = []): void {
  const { sources, unclear } = walk;
  const at = withoutScheme(path);
  const answering = answeredWith(sources, at, names);
  const request = requestAt(sources, at);
  const then = request?.links.at(-1);
  const receiver = then && linkName(then) === 'then' ? callbackOf(at) : undefined;
  const called = at.isCallExpression() ? definitionOf(sources, at.get('callee') as NodePath) : undefined;
  if (answering) takenFrom(walk, answering, at, names);
  else if (at.isAwaitExpression()) comesFrom(walk, at.get('argument'), names);
  else if (names.length) unclear.push(`it comes from ${firstLineOf(sources.fileOf(at), at.node)}`);
  else if (at.isIdentifier()) named(walk, at.scope.getBinding(at.node.name));
  else if (receiver) for (const returned of returnsOf(receiver)) comesFrom(walk, returned);
  else if (called?.kind === 'function') returnedBy(walk, called.path);
  else unclear.push(`it comes from ${firstLineOf(sources.fileOf(at), at.node)}`);
}

/** A token with a name of its own is followed by that. */
function answeredWith(
  sources: Sources,
  path: NodePath,
  names: readonly string[] = [],
): TestRequest | undefined {
  return path.isIdentifier() && !names.length ? undefined : requestAnswering(sources, path, names);
}

function takenFrom(walk: Walk, request: TestRequest, path: NodePath, names: readonly string[]): void {
  const { sources, logins, all, unclear } = walk;
  const taken = [textOf(sources.fileOf(path), path.node), ...names].join('.');
  // It may be sent to show that it opens nothing.
  if (familyOfWord(taken) === 'refresh') unclear.push('it is the token that renews a login');
  const takes = logins.get(request);
  if (takes) {
    takes.add(path);
    return;
  }
  logins.set(request, new Set([path]));
  if (request.making.keeps) unclear.push('the login is sent by a client that keeps cookies');
  const [asked] = request.links;
  const said = asked
    ? (asked.get('arguments') as NodePath[]).join(' ') + textOf(sources.fileOf(path), path.node)
    : '';
  if (familyOfWord(said) === 'one-time') unclear.push('it may be a token that is used once');
  // What else of the same answer is sent belongs to the same login.
  for (const other of all) if (answeredWith(sources, other.token) === request) attach(walk, other);
}

function named(walk: Walk, binding: Binding | undefined): void {
  const { sources, names, unclear } = walk;
  if (!binding) unclear.push('nothing shows what it is');
  if (!binding || names.has(binding)) return;
  names.add(binding);
  if (!sources.fileOf(binding.path).test) unclear.push('it comes through code that is no test');
  else if (binding.kind === 'param') filledByCallers(walk, binding);
  else filledBy(walk, binding);
  for (const reference of binding.referencePaths) goesTo(walk, reference, binding);
}

function filledBy(walk: Walk, { path, identifier, constantViolations }: Binding): void {
  const { unclear } = walk;
  const { name } = identifier;
  if (!path.isVariableDeclarator()) {
    unclear.push(`${name} is imported`);
    return;
  }
  const init = path.get('init');
  const taken = patternTrail(path.node.id, identifier);
  if (init.node && !taken) unclear.push(`nothing shows what ${name} is`);
  else if (init.node && !isNothing(init.node)) comesFrom(walk, init as NodePath, taken);
  for (const write of constantViolations) {
    const stands = write.parentPath?.isExpressionStatement() || isResult(write);
    if (!write.isAssignmentExpression({ operator: '=' }) || !t.isIdentifier(write.node.left) || !stands)
      unclear.push(`${name} is filled in a way that is not followed`);
    else if (!isNothing(write.node.right)) comesFrom(walk, write.get('right'));
    else if (!isInHookAfter(write)) unclear.push(`a test takes ${name} away`);
  }
}

function filledByCallers(walk: Walk, binding: Binding): void {
  const { sources, unclear } = walk;
  const { name } = binding.identifier;
  const [reference = binding.path] = binding.referencePaths;
  const definition = definitionOf(sources, reference);
  if (definition.kind !== 'parameter' || definition.trail.length || !binding.constant) {
    unclear.push(`nothing shows what ${name} is`);
    return;
  }
  const calls = callersOf(sources, definition.function);
  if (!calls.length || escapes(sources, definition.function)) unclear.push(`nothing shows who gives ${name}`);
  for (const call of calls) {
    const given = (call.get('arguments') as NodePath[])[definition.index];
    if (given) comesFrom(walk, given);
    else unclear.push(`${name} is not always given`);
  }
}

function returnedBy(walk: Walk, called: NodePath<t.Function>): void {
  const { sources, functions, unclear } = walk;
  if (functions.has(called)) return;
  functions.add(called);
  if (!sources.fileOf(called).test) {
    unclear.push('code makes it that is no test');
    return;
  }
  const returned = returnsOf(called);
  if (!returned.length || escapes(sources, called)) unclear.push('nothing shows who is given it');
  for (const path of returned) comesFrom(walk, path);
  for (const call of callersOf(sources, called)) goesTo(walk, call);
}

/** `(res) => (token = res.body.token)` */
function isResult(path: NodePath): boolean {
  return path.key === 'body' && Boolean(path.parentPath?.isArrowFunctionExpression());
}

/** What becomes of an expression that yields the token, or a promise of it. */
function goesTo(walk: Walk, path: NodePath, holder?: Binding): void {
  const { sources, all, shown, unclear } = walk;
  const parent = path.parentPath;
  if (!parent || parent.isExpressionStatement()) return;
  const attachment = all.find(({ token }) => token.node === path.node);
  const owner = handsOut(path);
  const request = owner?.parentPath ? requestAt(sources, owner.parentPath) : undefined;
  const binding = boundBy(walk, path);
  if (attachment) attach(walk, attachment);
  else if (isPassedOn(path, parent)) goesTo(walk, parent, holder);
  else if (binding) named(walk, binding);
  else if (owner && request && owner.parentPath) goesTo(walk, owner.parentPath, holder);
  else if (owner) returnedBy(walk, owner);
  else if (holder?.path.isVariableDeclarator()) shown.add(holder);
  else unclear.push(`more is done with it: ${firstLineOf(sources.fileOf(parent), parent.node)}`);
}

/** `await token`, `token!`, `Bearer ${token}` */
function isPassedOn(path: NodePath, parent: NodePath): boolean {
  if (parent.isAwaitExpression() || unwrapped(parent) === path) return true;
  return isSchemed(parent) && withoutScheme(parent).node === path.node;
}

/** The function that an expression is the result of. */
function handsOut(path: NodePath): NodePath<t.Function> | undefined {
  const { parentPath: parent } = path;
  const returned =
    parent?.isReturnStatement() || (parent?.isArrowFunctionExpression() && path.key === 'body');
  return (returned && path.getFunctionParent()) || undefined;
}

/** The variable that an expression is put into, or the parameter that it is given for and that is sent on. */
function boundBy({ sources, all }: Walk, path: NodePath): Binding | undefined {
  const { parentPath: parent } = path;
  if (parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id))
    return parent.scope.getBinding(parent.node.id.name);
  if (parent?.isAssignmentExpression({ operator: '=' }) && path.key === 'right') {
    const { left } = parent.node;
    const stands = parent.parentPath.isExpressionStatement();
    return stands && t.isIdentifier(left) ? parent.scope.getBinding(left.name) : undefined;
  }
  if (path.listKey !== 'arguments' || !parent?.isCallExpression()) return undefined;
  const called = definitionOf(sources, parent.get('callee') as NodePath);
  const parameter = called.kind === 'function' ? called.path.node.params[Number(path.key)] : undefined;
  if (called.kind !== 'function' || !t.isIdentifier(parameter)) return undefined;
  const binding = called.path.scope.getBinding(parameter.name);
  const sends = binding?.referencePaths.some((one) => all.some(({ token }) => token.node === one.node));
  return sends ? binding : undefined;
}

function callbackOf(call: NodePath): NodePath<t.Function> | undefined {
  const [callback] = call.isCallExpression() ? call.get('arguments') : [];
  return callback?.isFunction() ? callback : undefined;
}

/** Whether a scheme is put before something: `Bearer ${token}`. */
function isSchemed(path: NodePath): boolean {
  if (path.isTemplateLiteral()) return isScheme(path.node.quasis[0]?.value.raw ?? '');
  return path.isBinaryExpression({ operator: '+' });
}

/** `let token = null;` */
export function isNothing(node: t.Node): boolean {
  return (
    t.isNullLiteral(node) ||
    t.isIdentifier(node, { name: 'undefined' }) ||
    t.isStringLiteral(node, { value: '' })
  );
}

function isInHookAfter(path: NodePath): boolean {
  return Boolean(
    path.findParent(
      (above) =>
        above.isCallExpression() &&
        t.isIdentifier(above.node.callee) &&
        /^after(?:All|Each)?$/.test(above.node.callee.name),
    ),
  );
}
