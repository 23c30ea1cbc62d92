import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../definitions.js';
import { holderOf } from '../holders.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import type { Origin } from './origins.js';
import { returnsOf } from './returns.js';

/** Where the value comes from that a store of Pinia has under a name: `useAuthStore()` with `user` in it. */
export function fromPinia(
  sources: Sources,
  path: NodePath<t.CallExpression> | NodePath<t.OptionalCallExpression>,
  [name, ...rest]: readonly string[],
): Origin[] | undefined {
  if (name === undefined) return undefined;
  const callee = definitionOf(sources, path.get('callee') as NodePath);
  // `storeToRefs(useAuthStore())`, whose parts are refs
  if (callee.kind === 'package' && callee.module === 'pinia' && callee.name.at(-1) === 'storeToRefs') {
    const [store] = path.get('arguments') as NodePath[];
    return store && rest[0] === 'value' ? [{ path: store, trail: [name, ...rest.slice(1)] }] : undefined;
  }
  const defined = callee.kind === 'value' ? callee.path : undefined;
  if (!defined?.isCallExpression() || !definesStore(sources, defined)) return undefined;
  const [first, second] = defined.get('arguments') as NodePath[];
  const options =
    second && !second.isObjectExpression() && !second.isFunction() ? undefined : (second ?? first);
  if (options?.isFunction()) return ofSetup(sources, options, name, rest);
  if (!options?.isObjectExpression()) return undefined;
  const found = [
    ...ofState(options, name, rest),
    ...ofGetter(options, path, name, rest),
    ...writtenIn(options, name, rest),
  ];
  return found.length ? found : undefined;
}

/** `defineStore('auth', …)` */
function definesStore(sources: Sources, path: NodePath<t.CallExpression>): boolean {
  const made = definitionOf(sources, path.get('callee') as NodePath);
  const name = made.kind === 'package' || made.kind === 'global' ? made.name.join('.') : '';
  return (
    name === 'defineStore' && (made.kind === 'global' || (made.kind === 'package' && made.module === 'pinia'))
  );
}

/** `defineStore('auth', () => { const user = ref(null); return { user }; })` */
function ofSetup(
  sources: Sources,
  setup: NodePath<t.Function>,
  name: string,
  rest: readonly string[],
): Origin[] | undefined {
  const found = returnsOf(setup).flatMap((returned): Origin[] => {
    const value = valueIn(unwrapped(returned), name);
    if (!value) return [];
    return [{ path: value, trail: holderOf(sources, value)?.kind === 'ref' ? ['value', ...rest] : rest }];
  });
  return found.length ? found : undefined;
}

/** `state: () => ({ user: JSON.parse(localStorage.getItem('user')) })` */
function ofState(options: NodePath, name: string, rest: readonly string[]): Origin[] {
  const state = partOf(options, 'state');
  const objects = state?.isFunction() ? returnsOf(state).map(unwrapped) : state ? [state] : [];
  return objects.flatMap((object): Origin[] => {
    const value = valueIn(object, name);
    return value ? [{ path: value, trail: rest }] : [];
  });
}

/** `getters: { token: (state) => state.user.token }` */
function ofGetter(options: NodePath, store: NodePath, name: string, rest: readonly string[]): Origin[] {
  const getters = partOf(options, 'getters');
  const getter = getters && partOf(getters, name);
  const parameter = getter?.isFunction() ? getter.node.params[0] : undefined;
  if (!getter?.isFunction() || !t.isIdentifier(parameter)) return [];
  return returnsOf(getter).flatMap((returned): Origin[] => {
    const names: string[] = [];
    let at = unwrapped(returned);
    while (at.isMemberExpression() || at.isOptionalMemberExpression()) {
      names.unshift(propertyName(at.node) ?? '');
      at = unwrapped(at.get('object') as NodePath);
    }
    const own = at.isIdentifier({ name: parameter.name }) && names.length > 0;
    return own ? [{ path: store, trail: [...names, ...rest] }] : [];
  });
}

/** `this.user = user`, `this.$patch({ user })` in an action. */
function writtenIn(options: NodePath, name: string, rest: readonly string[]): Origin[] {
  const found: Origin[] = [];
  options.traverse({
    AssignmentExpression(path) {
      const left = path.get('left');
      if (!left.isMemberExpression() || !left.get('object').isThisExpression()) return;
      if (propertyName(left.node) === name) found.push({ path: path.get('right'), trail: rest });
    },
    CallExpression(path) {
      const callee = path.get('callee');
      if (!callee.isMemberExpression() || propertyName(callee.node) !== '$patch') return;
      const [changes] = path.get('arguments');
      const value = changes && callee.get('object').isThisExpression() ? valueIn(changes, name) : undefined;
      if (value) found.push({ path: value, trail: rest });
    },
  });
  return found;
}

/** What an object has under a name: a value, or a method. */
function partOf(object: NodePath, name: string): NodePath | undefined {
  const own = object.isObjectExpression()
    ? object.get('properties').find(({ node }) => keyName(node) === name)
    : undefined;
  return own?.isObjectProperty() ? (own.get('value') as NodePath) : own?.isObjectMethod() ? own : undefined;
}

function valueIn(object: NodePath, name: string): NodePath | undefined {
  const part = partOf(object, name);
  return part?.isObjectMethod() ? undefined : part;
}
