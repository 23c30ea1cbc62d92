import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callsOf } from '../callers.js';
import { definitionOf, keyName } from '../definitions.js';
import { nameGiven } from '../holders.js';
import type { Sources } from '../sources.js';
import { intoParameter } from './calls.js';
import type { Passage, Through, Value } from './follow.js';

/** What reads and changes the state of a store of Vuex or Pinia, in the options beside the state. */
const TABLES = /^(?:getters|mutations|actions)$/;

/** `{ state, getters, mutations, actions }`: what is in the state arrives at what is beside it, and at who uses the store. */
export const throughStore: Through = (sources, value): Passage | undefined => {
  const [head, ...trail] = value.trail;
  const { path } = value;
  if (head !== 'state' || !trail.length || !path.isObjectExpression()) return undefined;
  const tables = path.get('properties').filter((one) => TABLES.test(keyName(one.node) ?? ''));
  if (!tables.length) return undefined;
  const call = madeOf(path);
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
  return { values: [...inside, ...outside] };
};

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
