import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { isPure } from './purity.js';

/** `(config) => config`: a function that only yields its first parameter, whatever it asks before that. */
export function handsOn(path: NodePath<t.Function>): boolean {
  const [parameter] = path.node.params;
  const name = t.isIdentifier(parameter) ? parameter.name : undefined;
  return name !== undefined && yieldsOnly(path, (value) => value.isIdentifier({ name }));
}

/** Whether a function does nothing but yield one and the same thing. */
export function yieldsOnly(path: NodePath<t.Function>, isIt: (value: NodePath) => boolean): boolean {
  const body = path.get('body');
  if (Array.isArray(body) || path.node.generator) return false;
  if (!body.isBlockStatement()) return isIt(body);
  return yields(body) && body.get('body').every((one) => isQuiet(one, isIt));
}

/** The same of a function that may end without yielding anything: `if (user) return {};` */
export function yieldsAtMost(path: NodePath<t.Function>, isIt: (value: NodePath) => boolean): boolean {
  const body = path.get('body');
  if (Array.isArray(body) || path.node.generator || !body.isBlockStatement()) return false;
  let returns = 0;
  const counted = (value: NodePath) => isIt(value) && ++returns > 0;
  return body.get('body').every((one) => isQuiet(one, counted)) && returns > 0;
}

/** Whether the end of some code is never reached, since each way through it returns something. */
function yields(path: NodePath): boolean {
  if (path.isReturnStatement()) return true;
  if (path.isBlockStatement()) return path.get('body').some(yields);
  if (!path.isIfStatement()) return false;
  const alternate = path.get('alternate');
  return Boolean(alternate.node) && yields(path.get('consequent')) && yields(alternate as NodePath);
}

/** Whether a statement only asks, or returns what is looked for. */
function isQuiet(path: NodePath, isIt: (value: NodePath) => boolean): boolean {
  if (path.isReturnStatement()) return Boolean(path.node.argument) && isIt(path.get('argument') as NodePath);
  if (path.isBlockStatement()) return path.get('body').every((one) => isQuiet(one, isIt));
  if (path.isIfStatement()) {
    const alternate = path.get('alternate');
    const others = [path.get('consequent'), ...(alternate.node ? [alternate as NodePath] : [])];
    return isPure(path.node.test, []) && others.every((one) => isQuiet(one, isIt));
  }
  return (
    path.isVariableDeclaration() && path.node.declarations.every(({ init }) => !init || isPure(init, []))
  );
}

/** `(error) => Promise.reject(error)` */
export function rejects(node: t.Node): boolean {
  if (!t.isFunction(node)) return false;
  const value = onlyValue(node);
  return (
    t.isCallExpression(value) &&
    t.isMemberExpression(value.callee) &&
    t.isIdentifier(value.callee.object, { name: 'Promise' }) &&
    t.isIdentifier(value.callee.property, { name: 'reject' })
  );
}

/** What a function yields that does nothing else. */
export function onlyValue({ body }: t.Function): t.Node | undefined {
  if (!t.isBlockStatement(body)) return body;
  const [only, ...others] = body.body;
  return t.isReturnStatement(only) && !others.length ? (only.argument ?? undefined) : undefined;
}
