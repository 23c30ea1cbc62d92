import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callsOf } from '../../callers.js';
import { type Definition, definitionOf, keyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import type { AttachedHeader } from '../headers.js';
import type { Kept } from '../keepers.js';
import { propertyIn } from '../requests.js';
import { fixedString } from '../strings.js';
import { objectOf, storageNamed, stringsIn, tokenFields } from './options.js';
import { attachedFrom } from './pinia-uses.js';

/** What keeps a store of Pinia in the browser, by any of its plugins. */
export const PINIA = 'the persistence of Pinia';

/** `defineStore('auth', { state, persist: true })`, kept by a plugin under the store's name or a key of its own. */
export function piniaOf(
  sources: Sources,
  path: NodePath,
  callee: Definition,
  headers: readonly AttachedHeader[],
): Kept | undefined {
  if (callee.kind !== 'package' || callee.module !== 'pinia' || callee.name.at(-1) !== 'defineStore')
    return undefined;
  if (!path.isCallExpression()) return undefined;
  const [id, second, third] = path.get('arguments') as NodePath[];
  const options = third ?? second;
  const persist = options && propertyIn(sources, options, 'persist');
  if (!id || !second || !options || !persist || persist.isBooleanLiteral({ value: false })) return undefined;
  const state = third ? objectOf(sources, second) : stateIn(sources, options);
  const name = fixedString(sources, id);
  if (!state || name === undefined) return undefined;
  const strategies = propertyIn(sources, persist, 'strategies');
  const one = strategies?.isArrayExpression()
    ? (strategies.get('elements')[0] as NodePath | undefined)
    : persist;
  const option = (key: string) => one && propertyIn(sources, one, key);
  const key = option('key');
  const storage = one?.isObjectExpression() ? storageNamed(option('storage')) : 'local';
  const kept = key ? fixedString(sources, key) : name;
  if (!storage || kept === undefined || option('serializer')) return undefined;
  const picked = one && (stringsIn(sources, one, 'pick') ?? stringsIn(sources, one, 'paths'));
  const named = tokenFields(state).filter((field) => !acts(sources, state, field));
  const all = [...named.map((field) => [field]), ...attachedFrom(sources, path, headers)];
  const trails = new Map(all.map((trail) => [trail.join('.'), trail]));
  return {
    library: PINIA,
    storage,
    key: kept,
    trails: [...trails.values()].filter(([field = '']) => !picked || picked.includes(field)),
  };
}

/** Whether a store hands out a function under a name: `return { token, setToken }` */
function acts(sources: Sources, state: NodePath, field: string): boolean {
  const value = propertyIn(sources, state, field);
  return value !== undefined && definitionOf(sources, value).kind === 'function';
}

function stateIn(sources: Sources, options: NodePath): ReturnType<typeof objectOf> {
  const definition = definitionOf(sources, options);
  if (definition.kind !== 'object') return undefined;
  for (const property of definition.path.get('properties')) {
    if (keyName(property.node) !== 'state') continue;
    if (property.isObjectMethod()) return objectOf(sources, property);
    if (property.isObjectProperty()) return objectOf(sources, property.get('value') as NodePath);
  }
  return undefined;
}

/** `createPersistedState({ paths })`, `new VuexPersistence({ … })`: the whole state, or parts of it, under one key. */
export function vuexOf(sources: Sources, path: NodePath, callee: Definition): Kept | undefined {
  if (callee.kind !== 'package' || !/^vuex-persist(?:edstate)?$/.test(callee.module)) return undefined;
  if (!path.isCallExpression() && !path.isNewExpression()) return undefined;
  const [options] = path.get('arguments') as NodePath[];
  const option = (name: string) => options && propertyIn(sources, options, name);
  const named = option('key');
  const key = named ? fixedString(sources, named) : 'vuex';
  const storage = storageNamed(option('storage'));
  const reducer = option('reducer');
  if (key === undefined || !storage) return undefined;
  const trails = storeTrails(sources);
  if (reducer) {
    const kept = objectOf(sources, reducer);
    return kept && { library: callee.module, storage, key, trails: keptBy(kept, trails) };
  }
  const paths = options && (stringsIn(sources, options, 'paths') ?? stringsIn(sources, options, 'modules'));
  const covers = (trail: readonly string[]) =>
    !paths || paths.some((one) => `${trail.join('.')}.`.startsWith(`${one}.`));
  return { library: callee.module, storage, key, trails: trails.filter(covers) };
}

/** Where tokens are in what a reducer makes of the state: `(state) => ({ token: state.auth.token })`. */
function keptBy(
  object: NodePath<t.ObjectExpression>,
  tokens: readonly (readonly string[])[],
): (readonly string[])[] {
  return object.get('properties').flatMap((property): (readonly string[])[] => {
    const name = keyName(property.node);
    if (name === undefined || !property.isObjectProperty()) return [];
    const value = property.get('value');
    if (value.isObjectExpression()) return keptBy(value, tokens).map((trail) => [name, ...trail]);
    const [, ...from] = String(value).replaceAll('?.', '.').split('.');
    return tokens
      .filter((trail) => from.length > 0 && from.every((part, index) => trail[index] === part))
      .map((trail) => [name, ...trail.slice(from.length)]);
  });
}

/** Where the store of Vuex has tokens, by the names in its state and in its modules'. */
function storeTrails(sources: Sources): (readonly string[])[] {
  return sources.mentioning('vuex').flatMap((file) =>
    file.test
      ? []
      : callsOf(sources, file).flatMap(({ path, callee }) => {
          const made = callee.kind === 'package' && callee.module === 'vuex' ? callee.name.at(-1) : undefined;
          if (made !== 'Store' && made !== 'createStore') return [];
          const [options] = path.get('arguments') as NodePath[];
          return options ? trailsIn(sources, options, 0) : [];
        }),
  );
}

function trailsIn(sources: Sources, options: NodePath, depth: number): string[][] {
  const state = stateIn(sources, options);
  const own = state ? tokenFields(state).map((field) => [field]) : [];
  const modules = propertyIn(sources, options, 'modules');
  const listed = modules && objectOf(sources, modules);
  if (!listed || depth > 3) return own;
  const below = listed.get('properties').flatMap((one) => {
    const name = keyName(one.node);
    if (name === undefined || !one.isObjectProperty()) return [];
    const inner = one.get('value') as NodePath<t.Expression>;
    return trailsIn(sources, inner, depth + 1).map((trail) => [name, ...trail]);
  });
  return [...own, ...below];
}
