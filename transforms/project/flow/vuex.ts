import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf, keyName, lastNameOf } from '../definitions.js';
import type { Sources } from '../sources.js';
import { isInTemplate } from '../templates.js';
import { componentOf } from '../vue-components.js';
import { intoParameter } from './calls.js';
import { intoComponent } from './components.js';
import type { Passage, Value } from './follow.js';
import { intoPattern } from './names.js';

/** What a module has is what the store has, further in: `modules: { user: { state } }` is `state.user` of the store. */
export function outOfModule(value: Value): Passage | undefined {
  const { path, trail } = value;
  const [head, name, part, ...rest] = trail;
  if (head !== 'modules' || name === undefined || !path.isObjectExpression()) return undefined;
  if (part === 'state') return { values: [{ ...value, trail: ['state', name, ...rest] }] };
  const [getter, ...inside] = rest;
  if (part !== 'getters' || getter === undefined) return undefined;
  const named = isNamespaced(path, name) ? `${name}/${getter}` : getter;
  return { values: [{ ...value, trail: ['getters', named, ...inside] }] };
}

/** Whether a module is one whose getters have its name before them. */
function isNamespaced(options: NodePath<t.ObjectExpression>, name: string): boolean {
  const modules = options.get('properties').find(({ node }) => keyName(node) === 'modules');
  const table = modules?.isObjectProperty() ? (modules.get('value') as NodePath) : undefined;
  const own = table?.isObjectExpression()
    ? table.get('properties').find(({ node }) => keyName(node) === name)
    : undefined;
  if (!own) return true;
  const text = String(own.get('value'));
  return !/^\{/.test(text) || /namespaced:\s*true/.test(text);
}

/** Where the code of an application has what its store has, beside the store's own name. */
export function atUsers(sources: Sources, value: Value): Value[] {
  const found: Value[] = [];
  for (const file of sources.naming(
    '$store',
    'useStore',
    'mapState',
    'mapGetters',
    'rootState',
    'rootGetters',
  )) {
    if (file.test) continue;
    for (const path of file.paths.values()) {
      if (isStore(path)) found.push({ ...value, path });
      else if (path.isCallExpression()) found.push(...mapped(sources, value, path));
      else if (path.isIdentifier() && path.listKey === undefined && path.key === 'value')
        found.push(...intoAction(sources, value, path));
    }
  }
  return found;
}

/** `this.$store`, `$store` of a template, `useStore()` */
function isStore(path: NodePath): boolean {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) return lastNameOf(path) === '$store';
  if (path.isIdentifier({ name: '$store' })) return isInTemplate(path) && path.isReferencedIdentifier();
  return path.isCallExpression() && path.get('callee').isIdentifier({ name: 'useStore' });
}

/** `({ rootState, rootGetters }) => …` */
function intoAction(sources: Sources, value: Value, path: NodePath<t.Identifier>): Value[] {
  const { parentPath: property } = path;
  const named = property?.isObjectProperty() ? keyName(property.node) : undefined;
  const { trail } = value;
  const fits =
    (named === 'rootState' && trail[0] === 'state') || (named === 'rootGetters' && trail[0] === 'getters');
  return fits && property?.parentPath?.isObjectPattern()
    ? intoPattern(sources, path, { ...value, trail: trail.slice(1) })
    : [];
}

/** `...mapState('user', ['token'])`, `...mapGetters({ token: 'user/token' })`, `...mapState({ token: (state) => … })` */
function mapped(sources: Sources, value: Value, call: NodePath<t.CallExpression>): Value[] {
  const maps = lastNameOf(call.get('callee') as NodePath);
  const [head, ...trail] = value.trail;
  if (!((maps === 'mapState' && head === 'state') || (maps === 'mapGetters' && head === 'getters')))
    return [];
  const component = componentOf(sources, call);
  const [first, second] = call.get('arguments') as NodePath[];
  const list = second ?? first;
  if (!component || !list) return [];
  const module = second && first?.isStringLiteral() ? first.node.value : '';
  return namesIn(sources, list).flatMap(({ name, of }): Value[] => {
    if (typeof of !== 'string') {
      const inside = afterPath(trail, module.split('/').filter(Boolean));
      return inside ? intoParameter(sources, of, 0, { ...value, trail: inside }) : [];
    }
    const wanted =
      head === 'getters' ? [module ? `${module}/${of}` : of] : [...module.split('/').filter(Boolean), of];
    const inside = afterPath(trail, wanted);
    return inside ? intoComponent(sources, { ...value, trail: [name, ...inside] }, component) : [];
  });
}

/** What follows in a trail after the names it begins with; undefined where it begins with others. */
function afterPath(trail: readonly string[], names: readonly string[]): readonly string[] | undefined {
  return names.every((name, index) => trail[index] === name) ? trail.slice(names.length) : undefined;
}

interface Named {
  readonly name: string;
  /** What it is the name of: something of the store, or what a function answers. */
  readonly of: string | NodePath<t.Function>;
}

/** `['token']`, `{ token: 'token', user: (state) => state.user }` */
export function namesIn(sources: Sources, list: NodePath): Named[] {
  if (list.isArrayExpression())
    return list.get('elements').flatMap((one): Named[] => {
      const name = one.isStringLiteral() ? one.node.value : undefined;
      return name === undefined ? [] : [{ name, of: name }];
    });
  if (!list.isObjectExpression()) return [];
  return list.get('properties').flatMap((property): Named[] => {
    const name = keyName(property.node);
    if (name === undefined) return [];
    if (property.isObjectMethod()) return [{ name, of: property }];
    const given = property.isObjectProperty() ? (property.get('value') as NodePath) : undefined;
    if (given?.isStringLiteral()) return [{ name, of: given.node.value }];
    const definition = given && definitionOf(sources, given);
    return definition?.kind === 'function' ? [{ name, of: definition.path }] : [];
  });
}
