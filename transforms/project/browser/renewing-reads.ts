import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from '../definitions.js';
import { originsOf } from '../flow/origins.js';
import type { Sources } from '../sources.js';
import { familyOfName, isTokenName } from './names.js';
import type { StorageAccess } from './storage.js';

/**
 * The reads of storage of which a refresh token is taken, with the property names from the value to it: it is asked
 * for by name, or sent under one, though what it is stored in may say nothing of it.
 */
export function renewingReads(
  sources: Sources,
  accesses: readonly StorageAccess[],
): ReadonlyMap<t.Node, readonly string[]> {
  const found = new Map<t.Node, readonly string[]>();
  const reads = new Set(accesses.filter(({ operation }) => operation === 'get').map(({ path }) => path.node));
  if (!reads.size) return found;
  const homes = new Set(accesses.map(({ file }) => sources.packageOf(file)));
  const files = sources
    .mentioning('refresh', 'Refresh')
    .filter((file) => !file.test && homes.has(sources.packageOf(file)));
  for (const path of files.flatMap((file) => [...file.paths.values()])) {
    const token = renewingValue(path);
    if (!token) continue;
    for (const origin of originsOf(sources, token, [], ({ node }) => reads.has(node)))
      if (reads.has(origin.path.node)) found.set(origin.path.node, origin.trail);
  }
  return found;
}

/** `tokens.refresh`, rather than `tokens.refresh()` */
function isPartOfPair(path: NodePath): boolean {
  return propertyName(path.node) === 'refresh' && path.key !== 'callee';
}

/** `tokens.refreshToken`, or the value of `{ refreshToken: … }`. */
function renewingValue(path: NodePath): NodePath | undefined {
  if (path.isMemberExpression() || path.isOptionalMemberExpression())
    return isRenewing(propertyName(path.node)) || isPartOfPair(path) ? path : undefined;
  if (!path.isObjectProperty() || !path.parentPath.isObjectExpression()) return undefined;
  const name = keyName(path.node);
  return name === 'refresh' || isRenewing(name) ? (path.get('value') as NodePath) : undefined;
}

function isRenewing(name: string | undefined): boolean {
  return name !== undefined && isTokenName(name) && familyOfName(name) === 'refresh';
}
