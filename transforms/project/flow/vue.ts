import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { isAbsent } from '../browser/absent.js';
import { injectionsOf } from '../components.js';
import { definitionOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import type { Value } from './follow.js';
import { intoPattern } from './names.js';
import type { Origin } from './origins.js';

const VUE = /^(?:vue|@vue\/(?:composition-api|reactivity)|#imports|@vueuse\/core|pinia)$/;
/** Functions of Vue that answer what they are handed, as something that is watched or can't be written. */
const SAME = /^(?:reactive|shallowReactive|readonly|shallowReadonly|toRaw|markRaw|observable)$/;

/** What a call of Vue is called: `reactive` of `reactive({ token })`. */
function calledOf(sources: Sources, call: NodePath | null): string | undefined {
  if (!call?.isCallExpression()) return undefined;
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  return callee.kind === 'package' && VUE.test(callee.module) ? callee.name.at(-1) : undefined;
}

/** Where a value goes on that is handed to a function of Vue as its first argument. */
export function throughVue(sources: Sources, value: Value, call: NodePath | null): Value[] | undefined {
  const provided = value.path.key === 1 ? injectionsOf(sources, value.path) : [];
  if (provided.length) return provided.map((path) => ({ ...value, path }));
  const called = value.path.key === 0 ? calledOf(sources, call) : undefined;
  if (!call?.isCallExpression() || called === undefined) return undefined;
  if (/^watch(?:$|[A-Z])/.test(called)) return intoWatcher(sources, value, call);
  if (SAME.test(called)) return [{ ...value, path: call }];
  const [head, ...rest] = value.trail;
  // `toRefs(state)`, `storeToRefs(store)`: each part in a ref of its own.
  if (/^(?:storeT|t)oRefs$/.test(called) && head !== undefined)
    return [{ ...value, path: call, trail: [head, 'value', ...rest] }];
  return undefined;
}

/** `watch(token, (now) => …)`, `watch(() => store.token, (now) => …)` */
function intoWatcher(sources: Sources, value: Value, call: NodePath<t.CallExpression>): Value[] {
  const [, callback] = call.get('arguments') as NodePath[];
  const watcher = callback && definitionOf(sources, callback);
  const [now] = watcher?.kind === 'function' ? watcher.path.get('params') : [];
  return now ? intoPattern(sources, now as NodePath, { ...value, trail: contentsOf(value.trail) }) : [];
}

/** What is in a ref, or in the refs of a list. */
function contentsOf(trail: readonly string[]): readonly string[] {
  const [first, ...rest] = trail;
  if (first === 'value') return rest;
  return first !== undefined && /^\d+$/.test(first) && rest[0] === 'value'
    ? [first, ...rest.slice(1)]
    : trail;
}

/** Where the value comes from that `reactive({ … })` has under a name: what it is made with, and what is assigned. */
export function fromReactive(
  sources: Sources,
  path: NodePath,
  trail: readonly string[],
): Origin[] | undefined {
  const called = trail.length ? calledOf(sources, path) : undefined;
  if (called === undefined || !SAME.test(called) || !path.isCallExpression()) return undefined;
  const [first] = path.get('arguments') as NodePath[];
  const [head, ...rest] = trail;
  const id = path.parentPath.isVariableDeclarator() ? path.parentPath.node.id : undefined;
  const binding = id?.type === 'Identifier' ? path.scope.getBinding(id.name) : undefined;
  const assigned = (binding?.referencePaths ?? []).flatMap(({ parentPath: member }): Origin[] => {
    if (!member?.isMemberExpression() || propertyName(member.node) !== head) return [];
    const { parentPath: whole } = member;
    const isSet = whole?.isAssignmentExpression({ operator: '=' }) && member.key === 'left';
    return isSet ? [{ path: whole.get('right'), trail: rest }] : [];
  });
  const given = assigned.filter((one) => !isAbsent(one.path));
  return first && (given.length || !isMadeEmpty(first, head))
    ? [{ path: first, trail }, ...given]
    : undefined;
}

/** `reactive({ token: null })`: what it is to hold comes from elsewhere. */
function isMadeEmpty(path: NodePath, name: string | undefined): boolean {
  if (!path.isObjectExpression()) return false;
  return !path
    .get('properties')
    .some(
      (one) =>
        one.isSpreadElement() ||
        (one.isObjectProperty() &&
          one.get('key').toString() === name &&
          !isAbsent(one.get('value') as NodePath)),
    );
}
