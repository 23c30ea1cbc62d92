import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, keyName } from '../definitions.js';
import { nameGiven } from '../holders.js';
import type { Sources } from '../sources.js';
import { intoParameter } from './calls.js';
import type { Passage, Through, Value } from './follow.js';
import { throughMember } from './members.js';
import { throughName } from './names.js';
import { atUsers, outOfModule } from './vuex.js';

/** What reads and changes the state of a store of Vuex or Pinia, in the options beside the state. */
const TABLES = /^(?:getters|mutations|actions)$/;

/** `{ state, getters, mutations, actions }`: what is in the state arrives at what is beside it, and at who uses the store. */
export const throughStore: Through = (sources, value): Passage | undefined => {
  const [head, ...trail] = value.trail;
  const { path } = value;
  if (head !== undefined && isVuexStore(sources, path)) return throughVuex(sources, value);
  if (!trail.length || !path.isObjectExpression()) return undefined;
  const inStore = outOfModule(value);
  if (inStore) return inStore;
  const made = madeOf(path);
  if (head === 'getters' && made)
    return {
      values: isPinia(sources, made)
        ? usersOf(sources, made, { ...value, trail })
        : [{ ...value, path: made }],
    };
  if (head !== 'state') return undefined;
  const tables = path.get('properties').filter((one) => TABLES.test(keyName(one.node) ?? ''));
  const call = made;
  if (!tables.length && !(call && isVuexStore(sources, call))) return undefined;
  const pinia = call && isPinia(sources, call);
  const inside = tables.flatMap((table) => {
    const listed = table.isObjectProperty()
      ? definitionOf(sources, table.get('value') as NodePath)
      : undefined;
    if (listed?.kind !== 'object') return [];
    const acts = keyName(table.node) === 'actions';
    return listed.path.get('properties').flatMap((one) => {
      const own = one.isObjectProperty() ? definitionOf(sources, one.get('value') as NodePath) : undefined;
      const called = one.isObjectMethod() ? one : own?.kind === 'function' ? own.path : undefined;
      if (!called) return [];
      // Actions of Pinia are handed what they are called with, those of Vuex what the store is.
      const handed =
        acts && pinia
          ? []
          : intoParameter(sources, called, 0, { ...value, trail: acts ? value.trail : trail });
      return [...handed, ...onThis(called).map((at) => ({ ...value, path: at, trail }))];
    });
  });
  const outside = call
    ? pinia
      ? usersOf(sources, call, { ...value, trail })
      : [{ ...value, path: call }]
    : [];
  // A module of Vuex goes on to the store that it is a part of.
  const on = call ? undefined : (throughName(sources, value) ?? throughMember(sources, value));
  return { values: [...inside, ...outside, ...(on?.values ?? [])] };
};

/** What a store of Vuex has: by its name, and where components and actions have it under names of their own. */
function throughVuex(sources: Sources, value: Value): Passage | undefined {
  const on = throughName(sources, value) ?? throughMember(sources, value);
  return { values: [...(on?.values ?? []), ...atUsers(sources, value)], uses: on?.uses ?? [] };
}

/** `createStore({ … })`, `new Vuex.Store({ … })` */
function isVuexStore(sources: Sources, path: NodePath): boolean {
  if (!path.isCallExpression() && !path.isNewExpression()) return false;
  const made = definitionOf(sources, path.get('callee') as NodePath);
  return (
    made.kind === 'package' &&
    made.module === 'vuex' &&
    /^(?:createStore|Store)$/.test(made.name.at(-1) ?? '')
  );
}

/** The mentions of `this` that are a method's own. */
function onThis(method: NodePath<t.Function>): NodePath[] {
  const found: NodePath[] = [];
  if (method.isArrowFunctionExpression()) return found;
  method.traverse({
    Function(inner) {
      if (!inner.isArrowFunctionExpression()) inner.skip();
    },
    ThisExpression(at) {
      found.push(at);
    },
  });
  return found;
}

/** The call that makes a store of options. */
function madeOf({ listKey, parentPath: call }: NodePath): NodePath | undefined {
  return listKey === 'arguments' && (call?.isCallExpression() || call?.isNewExpression()) ? call : undefined;
}

function isPinia(sources: Sources, call: NodePath): boolean {
  const made = call.isCallExpression() ? definitionOf(sources, call.get('callee') as NodePath) : undefined;
  const named = made?.kind === 'package' || made?.kind === 'global';
  return named && made.name.at(-1) === 'defineStore';
}

/** The calls that answer a store of Pinia. */
function usersOf(sources: Sources, made: NodePath, value: Value): Value[] {
  return nameGiven(made)
    .flatMap((name) => sources.naming(name))
    .flatMap((file) => callsOf(sources, file))
    .filter(({ callee }) => callee.kind === 'value' && callee.path.node === made.node)
    .map(({ path }) => ({ ...value, path: path as NodePath }));
}

/** The options among whose getters a function is, and its name there. */
export function getterAround(
  owner: NodePath<t.Function>,
): { readonly options: readonly NodePath[]; readonly name: string } | undefined {
  const property = owner.isObjectMethod() ? owner : owner.parentPath;
  const name =
    property?.isObjectProperty() || property?.isObjectMethod() ? keyName(property.node) : undefined;
  const { parentPath: table } = property ?? {};
  const held = table?.isObjectExpression() ? table.parentPath : undefined;
  if (name === undefined || !held) return undefined;
  if (held.isObjectProperty())
    return keyName(held.node) === 'getters' && held.parentPath
      ? { options: [held.parentPath], name }
      : undefined;
  const id = held.isVariableDeclarator() ? held.node.id : undefined;
  const binding = id?.type === 'Identifier' ? held.scope.getBinding(id.name) : undefined;
  const options = (binding?.referencePaths ?? []).flatMap(({ parentPath: named }) =>
    named?.isObjectProperty() && keyName(named.node) === 'getters' && named.parentPath
      ? [named.parentPath]
      : [],
  );
  return options.length ? { options, name } : undefined;
}

/** The options whose `state` a function answers: `state: () => ({ … })`, `const state = () => ({ … })`. */
export function optionsAround(owner: NodePath<t.Function>): NodePath<t.ObjectExpression>[] {
  const property = owner.isObjectMethod() ? owner : owner.parentPath;
  if (property?.isObjectMethod() || property?.isObjectProperty()) {
    const { parentPath: options } = property;
    return keyName(property.node) === 'state' && options?.isObjectExpression() ? [options] : [];
  }
  const id = property?.isVariableDeclarator() ? property.node.id : undefined;
  const binding = id?.type === 'Identifier' ? owner.scope.parent.getBinding(id.name) : undefined;
  return (binding?.referencePaths ?? []).flatMap(({ parentPath: named }) => {
    const options =
      named?.isObjectProperty() && keyName(named.node) === 'state' ? named.parentPath : undefined;
    return options?.isObjectExpression() ? [options] : [];
  });
}
