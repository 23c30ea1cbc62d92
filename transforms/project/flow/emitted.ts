import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { holderOf } from '../holders.js';
import type { Sources } from '../sources.js';
import { contentsOf } from './held.js';
import type { Origin } from './origins.js';
import { returnsOf } from './returns.js';

/** Operators of RxJS that hand on what they get. */
const PASSING =
  /^(?:filter|take|first|last|tap|do|distinctUntilChanged|debounceTime|skip|takeUntil|takeUntilDestroyed|takeWhile|skipWhile|share|shareReplay|delay|finalize|timeout|auditTime|throttleTime|observeOn)$/;
const DEEPEST = 6;

/** What a callback is handed as its first parameter by an observable: `subscribe`, and the operators of `pipe`. */
export function emittedInto(
  sources: Sources,
  callback: NodePath<t.Function>,
  trail: readonly string[],
): Origin[] {
  const subscribed = subscriptionOf(callback);
  if (subscribed) return emissionsOf(sources, subscribed, trail, 0);
  const { parentPath: operator } = callback;
  const pipe = operator?.isCallExpression() && callback.key === 0 ? operator.parentPath : undefined;
  if (operator?.listKey !== 'arguments' || !isPipe(pipe)) return [];
  return emissionsBefore(sources, pipe, Number(operator.key), trail, 0);
}

/** The observable that `subscribe((value) => …)` or `subscribe({ next: (value) => … })` is called on. */
function subscriptionOf(callback: NodePath<t.Function>): NodePath | undefined {
  const { parentPath: parent } = callback;
  const key = keyName(callback.node) ?? (parent ? keyName(parent.node) : undefined);
  const observer = key === 'next' ? callback.findParent((above) => above.isObjectExpression()) : undefined;
  const given = observer ?? callback;
  const call = given.key === 0 && given.listKey === 'arguments' ? given.parentPath : undefined;
  const callee = call?.isCallExpression() ? call.get('callee') : undefined;
  if (!callee?.isMemberExpression() || propertyName(callee.node) !== 'subscribe') return undefined;
  return callee.get('object');
}

/** What an observable emits, as far as it is of holders. */
function emissionsOf(sources: Sources, path: NodePath, trail: readonly string[], depth: number): Origin[] {
  if (depth > DEEPEST) return [];
  const holder = holderOf(sources, path);
  if (holder) return contentsOf(sources, holder).map((one) => ({ path: one, trail }));
  const definition = definitionOf(sources, path);
  const at = definition.kind === 'value' ? definition.path : path;
  return isPipe(at) ? emissionsBefore(sources, at, at.node.arguments.length, trail, depth + 1) : [];
}

/** What reaches the operator at an index of a `pipe`. */
function emissionsBefore(
  sources: Sources,
  pipe: NodePath<t.CallExpression>,
  index: number,
  trail: readonly string[],
  depth: number,
): Origin[] {
  const operators = (pipe.get('arguments') as NodePath[]).slice(0, index);
  const last = operators.findLastIndex((operator) => !PASSING.test(operatorName(operator)));
  const changing = operators[last];
  if (changing) {
    const [callback] = changing.isCallExpression() ? (changing.get('arguments') as NodePath[]) : [];
    if (operatorName(changing) !== 'map' || !callback?.isFunction()) return [];
    return returnsOf(callback).map((path) => ({ path, trail }));
  }
  const callee = pipe.get('callee');
  return callee.isMemberExpression() ? emissionsOf(sources, callee.get('object'), trail, depth) : [];
}

/** The callbacks that are handed what an observable emits. */
export function callbacksOf(path: NodePath): NodePath<t.Function>[] {
  const { parentPath: access } = path;
  const call = access?.parentPath;
  if (!access?.isMemberExpression() || path.key !== 'object' || !call?.isCallExpression()) return [];
  const given = call.get('arguments') as NodePath[];
  if (propertyName(access.node) === 'subscribe') return given.slice(0, 1).flatMap(subscriberOf);
  if (!isPipe(call)) return [];
  const found: NodePath<t.Function>[] = [];
  for (const operator of given) {
    const [callback] = operator.isCallExpression() ? (operator.get('arguments') as NodePath[]) : [];
    if (callback?.isFunction()) found.push(callback);
    if (!PASSING.test(operatorName(operator))) return found;
  }
  return [...found, ...callbacksOf(call)];
}

function subscriberOf(path: NodePath): NodePath<t.Function>[] {
  if (path.isFunction()) return [path];
  if (!path.isObjectExpression()) return [];
  return path.get('properties').flatMap((property) => {
    const value = property.isObjectProperty() ? (property.get('value') as NodePath) : property;
    return keyName(property.node) === 'next' && value.isFunction() ? [value] : [];
  });
}

function isPipe(path: NodePath | null | undefined): path is NodePath<t.CallExpression> {
  return Boolean(path?.isCallExpression() && propertyName(path.node.callee) === 'pipe');
}

function operatorName(path: NodePath): string {
  const callee = path.isCallExpression() ? path.node.callee : undefined;
  return callee?.type === 'Identifier' ? callee.name : '';
}
