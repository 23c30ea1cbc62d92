import type { NodePath } from '@babel/traverse';
import { type Use, usesOf } from './flow/follow.js';
import type { Sources } from './sources.js';

/** The uses of a token that arrives as the second parameter of `sign`'s callback. */
export function usesOfCallback(sources: Sources, callback: NodePath): Use[] {
  if (!callback.isFunction()) return [];
  const token = callback.get('params')[1];
  const binding = token?.isIdentifier() ? callback.scope.getBinding(token.node.name) : undefined;
  return (binding?.referencePaths ?? []).flatMap((path) => usesOf(sources, path));
}
