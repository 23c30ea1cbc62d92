import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, propertyName } from '../definitions.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';
import { isRenewalName } from './names.js';
import { isRenewalCall, renewalCalls } from './renewal-calls.js';
import type { Ahead } from './renewals.js';

/** Finds the timers that only renew tokens: `setInterval(refresh, 60_000)`, with all that stops them. */
export function renewalTimers(sources: Sources, file: SourceFile): Ahead[] {
  if (!/\bset(?:Timeout|Interval)\b/.test(file.text)) return [];
  return callsOf(sources, file).flatMap(({ path }): Ahead[] => {
    const call = path as NodePath;
    if (!isTimer(call) || !onlyRenews(sources, call)) return [];
    const statements = withStops(file, call);
    return statements ? [{ kind: 'ahead', file, call, statements }] : [];
  });
}

function isTimer(path: NodePath): path is NodePath<t.CallExpression> {
  if (!path.isCallExpression()) return false;
  const { callee } = path.node;
  const name = t.isIdentifier(callee) ? callee.name : propertyName(callee);
  return name === 'setTimeout' || name === 'setInterval';
}

function onlyRenews(sources: Sources, timer: NodePath<t.CallExpression>): boolean {
  const [callback] = timer.get('arguments') as NodePath[];
  if (!callback) return false;
  if (!callback.isFunction()) {
    const name = callback.isIdentifier() ? callback.node.name : propertyName(callback.node);
    return name !== undefined && (isSure(name) || isRenewing(sources, callback));
  }
  const body = callback.get('body');
  if (Array.isArray(body)) return false;
  if (!body.isBlockStatement()) return renews(sources, body);
  return body.node.body.length > 0 && body.get('body').every((one) => isRenewal(sources, one));
}

/** A statement that renews, perhaps on a condition, and waits for it. */
function isRenewal(sources: Sources, path: NodePath): boolean {
  if (path.isBlockStatement())
    return path.node.body.length > 0 && path.get('body').every((one) => isRenewal(sources, one));
  if (path.isIfStatement()) return !path.node.alternate && isRenewal(sources, path.get('consequent'));
  if (path.isExpressionStatement()) return renews(sources, path.get('expression'));
  return path.isReturnStatement() && path.node.argument
    ? renews(sources, path.get('argument') as NodePath)
    : false;
}

function renews(sources: Sources, path: NodePath): boolean {
  if (path.isAwaitExpression() || path.isUnaryExpression({ operator: 'void' }))
    return renews(sources, path.get('argument') as NodePath);
  if (path.isLogicalExpression({ operator: '&&' })) return renews(sources, path.get('right'));
  if (!path.isCallExpression()) return false;
  const callee = path.get('callee') as NodePath;
  const of = callee.isMemberExpression() ? callee.get('object') : undefined;
  // `refresh().catch(…)`, `dispatch(refreshToken())`, `auth.refresh().subscribe()`
  if (of && /^(?:then|catch|finally|subscribe|unwrap)$/.test(propertyName(callee.node) ?? ''))
    return renews(sources, of);
  if (callee.isIdentifier({ name: 'dispatch' }) || propertyName(callee.node) === 'dispatch') {
    const [action] = path.get('arguments') as NodePath[];
    return action !== undefined && renews(sources, action);
  }
  const name = propertyName(callee.node) ?? (callee.isIdentifier() ? callee.node.name : '');
  // `refresh()` may fetch the page's data anew: a timer says nothing of tokens.
  return (isRenewalName(name) ? isSure(name) : isRenewalCall(path)) || isRenewing(sources, callee);
}

/** Whether a name says that tokens are renewed, rather than something else. */
function isSure(name: string): boolean {
  return isRenewalName(name) && /token|auth|session|jwt|login|credential/i.test(name);
}

/** Whether a function asks for a new token, whatever it is called. */
function isRenewing(sources: Sources, callee: NodePath): boolean {
  const called = definitionOf(sources, callee);
  if (called.kind !== 'function') return false;
  return renewalCalls(sources, sources.fileOf(called.path)).some(
    (call) => call.getFunctionParent() === called.path,
  );
}

/** The statement of a timer, and every other that its number is for; undefined where that is not to be seen. */
function withStops(file: SourceFile, timer: NodePath): NodePath[] | undefined {
  const { parentPath: parent } = timer;
  if (parent?.isExpressionStatement()) return [parent];
  if (parent?.isArrowFunctionExpression()) return undefined;
  if (parent?.isVariableDeclarator() && t.isIdentifier(parent.node.id)) {
    const declaration = parent.parentPath;
    const binding = parent.scope.getBinding(parent.node.id.name);
    if (!declaration.isVariableDeclaration() || declaration.node.declarations.length > 1) return undefined;
    return stoppedBy(binding?.referencePaths ?? [], [declaration]);
  }
  if (!parent?.isAssignmentExpression() || !parent.parentPath.isExpressionStatement()) return undefined;
  const left = parent.get('left');
  if (left.isIdentifier()) return assigned(left.scope.getBinding(left.node.name), parent.parentPath);
  if (!left.isMemberExpression()) return undefined;
  const name = textOf(file, left.node);
  const uses: NodePath[] = [];
  for (const path of file.paths.values())
    if (
      (path.isMemberExpression() || path.isOptionalMemberExpression()) &&
      path !== left &&
      textOf(file, path.node) === name
    )
      uses.push(path);
  return stoppedBy(uses, [parent.parentPath]);
}

/** `timer = setTimeout(…)` of a variable that is for nothing else. */
function assigned(binding: Binding | undefined, statement: NodePath): NodePath[] | undefined {
  if (binding?.constantViolations.length !== 1) return undefined;
  const declaration = binding.path.parentPath;
  const alone = declaration?.isVariableDeclaration() && declaration.node.declarations.length === 1;
  const stopped = stoppedBy(binding.referencePaths, [statement]);
  return stopped && (alone ? [declaration, ...stopped] : stopped);
}

/** With the statements that stop the timer: `clearTimeout(timer)`, `return () => clearInterval(timer)`, `if (timer) …`. */
function stoppedBy(uses: readonly NodePath[], statements: readonly NodePath[]): NodePath[] | undefined {
  const all = [...statements];
  for (const use of uses) {
    const { parentPath: call } = use;
    if (call?.isIfStatement() && use.key === 'test') {
      all.push(call);
      continue;
    }
    if (!call?.isCallExpression() || use.listKey !== 'arguments' || !isStop(call.node.callee))
      return undefined;
    const { parentPath: around } = call;
    const cleanup = around.isArrowFunctionExpression() ? around.parentPath : undefined;
    if (around.isExpressionStatement()) all.push(around);
    else if (cleanup?.isReturnStatement()) all.push(cleanup);
    else return undefined;
  }
  const stops = all.filter((one) => !one.isIfStatement());
  const alone = all.every((one) => !one.isIfStatement() || stops.some((stop) => stop.isDescendant(one)));
  return alone ? all : undefined;
}

function isStop(callee: t.Node): boolean {
  const name = t.isIdentifier(callee) ? callee.name : propertyName(callee);
  return name === 'clearTimeout' || name === 'clearInterval';
}
