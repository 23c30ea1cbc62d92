import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';
import { isInside } from '../inside.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isRenewalCall, renewalCalls } from './renewal-calls.js';
import type { Ahead } from './renewals.js';

const EXPIRY = /exp(?!ress|and|ort|lor|ect)|stale|\bttl\b|valid|lifetime/i;
const REFUSED = /\b40[13]\b|status|error|unauth/i;

/**
 * Finds where a file renews a token before it expires, on the way to a request.
 *
 * @param serving what stores, reads, attaches and decodes tokens
 */
export function renewedAhead(sources: Sources, file: SourceFile, serving: ReadonlySet<t.Node>): Ahead[] {
  return renewalCalls(sources, file).flatMap((call): Ahead[] => {
    const statements = onCondition(file, call, serving) ?? unlessFresh(file, call, serving);
    return statements ? [{ kind: 'ahead', file, call, statements }] : [];
  });
}

/** `if (isExpired(token)) { … }` around the call, where nothing else is done in it. */
function onCondition(file: SourceFile, call: NodePath, serving: ReadonlySet<t.Node>): NodePath[] | undefined {
  const owner = call.getFunctionParent();
  const condition = call.findParent(
    (above) =>
      above.isIfStatement() && above.getFunctionParent() === owner && isOfExpiry(file, above.get('test')),
  );
  if (!owner || !condition?.isIfStatement() || !call.isDescendant(condition.get('consequent')))
    return undefined;
  if (!isSending(file, owner)) return undefined;
  const branches = [condition.get('consequent'), condition.get('alternate')].filter((one) => one.node);
  const only = branches.every((one) => serves(file, owner, one as NodePath, serving));
  return only ? [condition, ...readFor(file, owner, [condition])] : undefined;
}

/** `if (!isExpired) return config;` before the call, where nothing else comes after it. */
function unlessFresh(file: SourceFile, call: NodePath, serving: ReadonlySet<t.Node>): NodePath[] | undefined {
  const owner = call.getFunctionParent();
  const body = owner?.get('body');
  if (!owner || !body || Array.isArray(body) || !body.isBlockStatement() || !isSending(file, owner))
    return undefined;
  const list: NodePath<t.Statement>[] = body.get('body');
  const at = list.findIndex((one) => isInside(one, call));
  const guard = list.findIndex(
    (one, index) =>
      index < at &&
      one.isIfStatement() &&
      isOfExpiry(file, one.get('test')) &&
      serves(file, owner, one, serving),
  );
  const last = list.at(-1);
  if (guard < 0 || !last?.isReturnStatement() || !serves(file, owner, last, serving)) return undefined;
  const between = list.slice(guard, -1);
  if (!between.slice(1).every((one) => serves(file, owner, one, serving))) return undefined;
  return [...between, ...readFor(file, owner, between)];
}

/** Whether a function makes a request ready, or sends it. */
function isSending(file: SourceFile, owner: NodePath<t.Function>): boolean {
  const { parentPath: call } = owner;
  const callee =
    call?.isCallExpression() && owner.listKey === 'arguments' ? textOf(file, call.node.callee) : '';
  return /request\.use$/.test(callee) || sendsWhatItIsGiven(owner);
}

/** `(input, init) => { …; return fetch(input, init) }` */
function sendsWhatItIsGiven(owner: NodePath<t.Function>): boolean {
  const [address] = owner.node.params;
  const body = owner.get('body');
  const last = !Array.isArray(body) && body.isBlockStatement() ? body.get('body').at(-1) : undefined;
  const value = last?.isReturnStatement() ? (last.get('argument') as NodePath) : undefined;
  const sent = value?.isAwaitExpression() ? value.get('argument') : value;
  if (!t.isIdentifier(address) || !sent?.isCallExpression()) return false;
  const [given] = sent.node.arguments;
  return sent.get('callee').isIdentifier({ name: 'fetch' }) && t.isIdentifier(given, { name: address.name });
}

/** Whether a condition asks for the time that a token has left, by its own words or by those of what it names. */
function isOfExpiry(file: SourceFile, test: NodePath): boolean {
  const text = textOf(file, test.node);
  return EXPIRY.test(text) && !REFUSED.test(text);
}

/** Whether a statement does nothing but to renew, keep and attach a token, or to hand the request on. */
function serves(
  file: SourceFile,
  owner: NodePath<t.Function>,
  path: NodePath,
  serving: ReadonlySet<t.Node>,
): boolean {
  const inner = (other: NodePath) => serves(file, owner, other, serving);
  if (path.isBlockStatement()) return path.get('body').every(inner);
  if (path.isIfStatement()) {
    const alternate = path.get('alternate');
    return inner(path.get('consequent')) && (!alternate.node || inner(alternate as NodePath));
  }
  // What was done where the renewal failed is done where the request is refused.
  if (path.isTryStatement()) return inner(path.get('block'));
  if (path.isReturnStatement()) return isHandedOn(owner, path.node.argument);
  if (path.isVariableDeclaration()) return true;
  if (!path.isExpressionStatement()) return false;
  const expression = path.get('expression');
  if (serving.has(expression.node)) return true;
  if (expression.isAssignmentExpression()) return t.isIdentifier(expression.node.left);
  const call = expression.isAwaitExpression() ? expression.get('argument') : expression;
  if (!call.isCallExpression()) return false;
  // `setUser(jwtDecode(data.access))`, `setPair(data)`
  const [given, ...others] = call.get('arguments') as NodePath[];
  if (given && !others.length && (serving.has(given.node) || isKept(call, given))) return true;
  return isRenewing(call) || /^console\./.test(textOf(file, call.node.callee));
}

/** Whether state is set to what was answered when the token was renewed. */
function isKept(call: NodePath<t.CallExpression>, given: NodePath): boolean {
  const { callee } = call.node;
  if (!t.isIdentifier(callee) || !/^set[A-Z]/.test(callee.name)) return false;
  let root = given;
  while (root.isMemberExpression()) root = root.get('object');
  const declarator = root.isIdentifier() ? root.scope.getBinding(root.node.name)?.path : undefined;
  const init = declarator?.isVariableDeclarator() ? (declarator.get('init') as NodePath) : undefined;
  return Boolean(init?.isAwaitExpression() && isRenewalCall(init.get('argument')));
}

function isRenewing(call: NodePath<t.CallExpression>): boolean {
  const { callee } = call.node;
  const name = propertyName(callee) ?? (t.isIdentifier(callee) ? callee.name : '');
  return /refresh|renew|^(?:set|save|store|update)\w*tokens?(?:info|data)?$/i.test(name);
}

/** `return config` */
function isHandedOn({ node: { params } }: NodePath<t.Function>, value: t.Node | null | undefined): boolean {
  const [request] = params;
  return t.isIdentifier(request) && t.isIdentifier(value, { name: request.name });
}

/** The declarations in a function that only say how long a token lives, and are read in what goes. */
function readFor(file: SourceFile, owner: NodePath<t.Function>, gone: readonly NodePath[]): NodePath[] {
  const found: NodePath[] = [];
  for (let grew = true; grew; ) {
    grew = false;
    owner.traverse({
      VariableDeclaration(path) {
        if (path.getFunctionParent() !== owner || path.node.declarations.length > 1 || found.includes(path))
          return;
        const goes = [...gone, ...found];
        if (goes.some((one) => isInside(one, path)) || !EXPIRY.test(textOf(file, path.node))) return;
        const references = Object.keys(path.getBindingIdentifiers()).flatMap(
          (name) => path.scope.getBinding(name)?.referencePaths ?? [],
        );
        if (!references.length || !references.every((one) => goes.some((other) => one.isDescendant(other))))
          return;
        found.push(path);
        grew = true;
      },
    });
  }
  return found;
}
