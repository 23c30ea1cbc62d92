import type { NodePath } from '@babel/traverse';
import { definitionOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { propertyIn } from './requests.js';
import { fixedString } from './strings.js';

/** A method that is called, by the code or by redux-saga in its place. */
export interface MethodCall {
  /** The whole of it: of an effect, with the `yield` that has it carried out. */
  readonly path: NodePath;
  readonly object: NodePath;
  readonly method: string;
  readonly given: readonly NodePath[];
}

/** What an effect of redux-saga calls: `yield call([localStorage, 'setItem'], key, value)`. */
export function effectCall(sources: Sources, path: NodePath): MethodCall | undefined {
  const [first, second, third] = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  if (!path.isCallExpression() || !first) return undefined;
  const callee = path.get('callee') as NodePath;
  if (!sources.fileOf(path).text.includes('redux-saga')) return undefined;
  const definition = definitionOf(sources, callee);
  if (definition.kind !== 'package' || !definition.module.startsWith('redux-saga')) return undefined;
  const whole = path.parentPath.isYieldExpression() ? path.parentPath : path;
  const rest = (path.get('arguments') as NodePath[]).slice(1);
  if (definition.name.at(-1) === 'apply')
    return second && onObject(sources, whole, first, second, elementsOf(third));
  const [context, named] = elementsOf(first);
  if (context && named) return onObject(sources, whole, context, named, rest);
  const holder = propertyIn(sources, first, 'context');
  const fn = propertyIn(sources, first, 'fn');
  if (holder && fn) return onObject(sources, whole, holder, fn, rest);
  return first.isMemberExpression() ? onObject(sources, whole, first.get('object'), first, rest) : undefined;
}

function onObject(
  sources: Sources,
  path: NodePath,
  object: NodePath,
  named: NodePath,
  given: readonly NodePath[],
): MethodCall | undefined {
  const method = propertyName(named.node) ?? fixedString(sources, named);
  return method === undefined ? undefined : { path, object, method, given };
}

function elementsOf(path: NodePath | undefined): NodePath[] {
  return path?.isArrayExpression() ? (path.get('elements') as NodePath[]).filter(({ node }) => node) : [];
}
