import type { NodePath } from '@babel/traverse';
import { definitionOf, keyName } from './definitions.js';
import { type Use, usesOf } from './flow/follow.js';
import type { MintSite } from './site.js';
import type { Sources } from './sources.js';

/** The names of a mint's claims; undefined where they can't be told. */
export function claimNames(sources: Sources, { claims }: MintSite): Set<string> | undefined {
  const definition = claims && definitionOf(sources, claims);
  if (definition?.kind !== 'object') return undefined;
  const names = definition.path.node.properties.map((property) => keyName(property));
  return names.every((name) => name !== undefined) ? new Set(names) : undefined;
}

/**
 * The uses of a token that arrives as the second parameter of `sign`'s callback, or of claims in that of `verify`'s.
 *
 * @param trail property names down to what is followed
 */
export function usesOfCallback(sources: Sources, callback: NodePath, trail: readonly string[] = []): Use[] {
  if (!callback.isFunction()) return [];
  const token = callback.get('params')[1];
  const binding = token?.isIdentifier() ? callback.scope.getBinding(token.node.name) : undefined;
  return (binding?.referencePaths ?? []).flatMap((path) => usesOf(sources, path, trail));
}
