import type { NodePath } from '@babel/traverse';
import type { Definition } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import type { Kept } from '../keepers.js';
import { isTokenName } from '../names.js';
import { propertyIn } from '../requests.js';
import { fixedString } from '../strings.js';
import { objectOf, storageNamed, tokenFields } from './options.js';
import { fieldsIn } from './own.js';

/** zustand's `persist((set) => ({ token: null, … }), { name: 'auth' })`. */
export function zustandOf(sources: Sources, path: NodePath, callee: Definition): Kept | undefined {
  if (callee.kind !== 'package' || callee.module !== 'zustand/middleware') return undefined;
  if (callee.name.at(-1) !== 'persist' || !path.isCallExpression()) return undefined;
  const [creator, options] = path.get('arguments') as NodePath[];
  if (!creator || !options) return undefined;
  const name = propertyIn(sources, options, 'name');
  const key = name && fixedString(sources, name);
  const storage = storageNamed(
    propertyIn(sources, options, 'storage') ?? propertyIn(sources, options, 'getStorage'),
  );
  const state = stateOf(sources, creator);
  if (key === undefined || !storage || !state || propertyIn(sources, options, 'serialize')) return undefined;
  const partialize = propertyIn(sources, options, 'partialize');
  const part = partialize && objectOf(sources, partialize);
  if (partialize && !part) return undefined;
  return {
    library: 'zustand',
    storage,
    key,
    trails: tokenFields(part ?? state).map((field) => ['state', field]),
  };
}

/** The state that a creator makes, inside of other middleware too: `immer((set) => ({ … }))`. */
function stateOf(sources: Sources, creator: NodePath): ReturnType<typeof objectOf> {
  if (!creator.isCallExpression()) return objectOf(sources, creator);
  const [inner] = creator.get('arguments') as NodePath[];
  return inner && stateOf(sources, inner);
}

/** jotai's `atomWithStorage('token', null)`. */
export function atomOf(sources: Sources, path: NodePath, callee: Definition): Kept | undefined {
  if (callee.kind !== 'package' || callee.name.at(-1) !== 'atomWithStorage' || !path.isCallExpression())
    return undefined;
  return keyed(sources, path, 'jotai', 2);
}

/** Hooks and composables that keep one value under a key, by the package they come from. */
const HOOKS: Readonly<Record<string, RegExp>> = {
  'usehooks-ts': /^use(?:Local|Session)Storage$/,
  'react-use': /^use(?:Local|Session)Storage$/,
  '@uidotdev/usehooks': /^use(?:Local|Session)Storage$/,
  '@mantine/hooks': /^use(?:Local|Session)Storage$/,
  ahooks: /^use(?:Local|Session)StorageState$/,
  'use-local-storage-state': /^(?:useLocalStorageState|default)?$/,
  'use-local-storage': /^(?:useLocalStorage|default)?$/,
  '@vueuse/core': /^use(?:Local|Session)?Storage$/,
  'svelte-persisted-store': /^(?:persisted|writable)$/,
  'svelte-local-storage-store': /^(?:persisted|writable)$/,
};

/** `useLocalStorage('token', '')` */
export function hookOf(sources: Sources, path: NodePath, callee: Definition): Kept | undefined {
  if (callee.kind !== 'package' || !path.isCallExpression()) return undefined;
  const name = callee.name.at(-1) ?? '';
  const known = Object.hasOwn(HOOKS, callee.module) ? HOOKS[callee.module] : undefined;
  if (!known?.test(name)) return undefined;
  const kept = keyed(sources, path, callee.module, 2);
  return kept && /Session/.test(name) ? { ...kept, storage: 'session' } : kept;
}

/** A call with the key, what stands there at first, and perhaps the storage. */
function keyed(sources: Sources, path: NodePath, library: string, at: number): Kept | undefined {
  const given = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  const [first] = given;
  const own = first?.isObjectExpression() ? propertyIn(sources, first, 'key') : first;
  const key = own && fixedString(sources, own);
  const third = given[at];
  const storage = third?.isObjectExpression() ? 'local' : storageNamed(third);
  if (key === undefined || !storage) return undefined;
  if (isTokenName(key)) return { library, storage, key, trails: [[]] };
  return { library, storage, key, trails: fieldsIn(sources, path).map((field) => [field]) };
}
