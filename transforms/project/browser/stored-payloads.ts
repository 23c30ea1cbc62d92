import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import { originsOf } from '../flow/origins.js';
import type { Sources } from '../sources.js';
import type { TokenPlace } from './places.js';
import { jsonOf, type StorageAccess } from './storage.js';

/**
 * The property names from what an action brings to the object that a reducer stores: `user` of
 * `const { user } = action.payload; save(user)`. None where it is stored as it is, or not everywhere alike.
 */
export function wayInPayloads(
  sources: Sources,
  accesses: readonly StorageAccess[],
  places: readonly TokenPlace[],
): readonly string[] {
  const ways = accesses.flatMap(({ operation, key, storage, value }) => {
    const ours = places.some(
      (place) => place.key === key && place.storage === storage && place.field !== undefined && !place.within,
    );
    if (operation !== 'set' || !value || !ours) return [];
    return originsOf(sources, jsonOf(value) ?? value).flatMap(({ path, trail }) =>
      fromPayload(sources, path, trail),
    );
  });
  const [only = [], more] = [...new Map(ways.map((way) => [way.join('.'), way])).values()];
  return more ? [] : only;
}

/** What of a reducer's second parameter a value is: `(state, { payload })`, `(state, action)`. */
function fromPayload(sources: Sources, path: NodePath, trail: readonly string[]): (readonly string[])[] {
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'parameter' || definition.index !== 1) return [];
  const [first, ...way] = [...definition.trail, ...trail];
  return first === 'payload' ? [way] : [];
}
