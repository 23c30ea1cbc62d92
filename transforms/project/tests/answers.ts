import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { chainOf } from '../browser/answers.js';
import { isTokenHeader } from '../browser/names.js';
import { patternTrail } from '../definitions.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { linkName, requestsOf, type TestRequest, wholeOf } from './requests.js';

/** The request whose answer a token is taken from: `res.body.token` of `const res = await request(app).post(…)`. */
export function requestAnswering(
  sources: Sources,
  path: NodePath,
  names: readonly string[] = [],
): TestRequest | undefined {
  const chain = chainOf(path);
  const trail = [...chain.names, ...names];
  const root = unwrapped(chain.root);
  if (root.isAwaitExpression()) {
    const request = requestAt(sources, unwrapped(root.get('argument')));
    return request && isTokenIn(trail) ? request : undefined;
  }
  if (!root.isIdentifier()) return undefined;
  const binding = root.scope.getBinding(root.node.name);
  if (!binding?.constant) return undefined;
  return binding.kind === 'param' ? handedTo(sources, binding, trail) : declaredBy(sources, binding, trail);
}

/** The request that an expression is the whole chain of. */
export function requestAt(sources: Sources, path: NodePath): TestRequest | undefined {
  return requestsOf(sources, sources.fileOf(path)).find((request) => wholeOf(request).node === path.node);
}

function declaredBy(
  sources: Sources,
  { path, identifier }: Binding,
  trail: readonly string[],
): TestRequest | undefined {
  if (!path.isVariableDeclarator()) return undefined;
  const init = path.get('init');
  const taken = patternTrail(path.node.id, identifier);
  return init.node && taken ? requestAnswering(sources, init as NodePath, [...taken, ...trail]) : undefined;
}

/** `.then((res) => …)`, `.end((err, res) => …)`, `.expect((res) => …)` */
function handedTo(
  sources: Sources,
  { scope, identifier }: Binding,
  trail: readonly string[],
): TestRequest | undefined {
  const { path: callback } = scope;
  if (!callback.isFunction() || callback.listKey !== 'arguments') return undefined;
  const link = callback.parentPath;
  const request = requestsOf(sources, sources.fileOf(callback)).find(({ links }) =>
    links.some(({ node }) => node === link?.node),
  );
  const called = request?.links.find(({ node }) => node === link?.node);
  const method = called && linkName(called);
  if (!method || !/^(?:then|end|expect)$/.test(method)) return undefined;
  const parameter = callback.node.params[method === 'end' ? 1 : 0];
  const taken = parameter && t.isLVal(parameter) ? patternTrail(parameter, identifier) : undefined;
  return taken && isTokenIn([...taken, ...trail]) ? request : undefined;
}

/** Whether a token can be at this place of an answer. */
function isTokenIn([part, name, ...more]: readonly string[]): boolean {
  if (part === 'body') return name !== undefined;
  return /^headers?$/.test(part ?? '') && name !== undefined && isTokenHeader(name) && !more.length;
}
