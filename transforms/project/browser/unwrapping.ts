import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, patternTrail, propertyName } from '../definitions.js';
import { returnsOf } from '../flow/returns.js';
import type { Sources } from '../sources.js';
import { chainOf } from './answers.js';
import { axiosCallee } from './requests.js';

const AXIOS_ITSELF = 'axios';
type Unwrapping = ReadonlySet<t.Node | typeof AXIOS_ITSELF>;

const remembered = new WeakMap<Sources, Unwrapping>();

/**
 * Whether those who ask by axios, or by an instance of it, are handed the body rather than the answer around it:
 * `instance.interceptors.response.use((response) => response.data)`.
 */
export function handsOutBodies(sources: Sources, instance: t.Node | undefined): boolean {
  const known = remembered.get(sources) ?? unwrappingIn(sources);
  remembered.set(sources, known);
  return known.has(instance ?? AXIOS_ITSELF);
}

function unwrappingIn(sources: Sources): Unwrapping {
  const found = new Set<t.Node | typeof AXIOS_ITSELF>();
  for (const file of sources.mentioning('interceptors')) {
    if (file.test) continue;
    for (const path of file.paths.values()) {
      const teller = path.isCallExpression() ? tellerOf(path) : undefined;
      const [handler] = teller && path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
      const handling = handler && definitionOf(sources, handler);
      if (!teller || handling?.kind !== 'function' || !takesBody(handling.path)) continue;
      const callee = axiosCallee(sources, definitionOf(sources, teller));
      if (callee) found.add(callee.instance?.node ?? AXIOS_ITSELF);
    }
  }
  return found;
}

/** `instance` of `instance.interceptors.response.use(…)` */
function tellerOf(call: NodePath<t.CallExpression>): NodePath | undefined {
  let at = call.get('callee') as NodePath;
  for (const name of ['use', 'response', 'interceptors']) {
    if (!at.isMemberExpression() || propertyName(at.node) !== name) return undefined;
    at = at.get('object');
  }
  return at;
}

/** Whether a function hands on the `data` of what it is handed, or something in it. */
function takesBody(handler: NodePath<t.Function>): boolean {
  return returnsOf(handler).some((returned) => partsOf(returned).some((part) => isBody(part, handler)));
}

/** `response.data ?? response`, `isFile ? response : response.data`, `Promise.resolve(response.data)` */
function partsOf(path: NodePath): NodePath[] {
  if (path.isConditionalExpression())
    return [...partsOf(path.get('consequent')), ...partsOf(path.get('alternate'))];
  if (path.isLogicalExpression()) return [...partsOf(path.get('left')), ...partsOf(path.get('right'))];
  const [given] =
    path.isCallExpression() && String(path.get('callee')) === 'Promise.resolve'
      ? (path.get('arguments') as NodePath[])
      : [];
  return [given ?? path];
}

function isBody(path: NodePath, handler: NodePath<t.Function>): boolean {
  return trailIn(path, handler)?.[0] === 'data';
}

/** The property names from a function's first parameter down to an expression. */
function trailIn(path: NodePath, handler: NodePath<t.Function>): string[] | undefined {
  const { root, names } = chainOf(path);
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  if (!binding) return undefined;
  const [parameter] = handler.node.params;
  if (binding.kind === 'param' && binding.scope.path === handler && parameter) {
    const taken = patternTrail(parameter, binding.identifier);
    return taken && [...taken, ...names];
  }
  const { path: declarator } = binding;
  if (!declarator.isVariableDeclarator() || !declarator.node.init) return undefined;
  const above = trailIn(declarator.get('init') as NodePath, handler);
  const taken = patternTrail(declarator.node.id, binding.identifier);
  return above && taken && [...above, ...taken, ...names];
}
