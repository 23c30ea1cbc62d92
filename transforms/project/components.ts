import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from './callers.js';
import { definitionOf, keyName, lastNameOf, propertyName } from './definitions.js';
import type { Sources } from './sources.js';

/** What an application of Vue gives all of its components: by the names on `this`, and by what they inject. */
interface Given {
  readonly named: ReadonlyMap<string, NodePath | undefined>;
  readonly provided: readonly { readonly key: NodePath; readonly value: NodePath }[];
}

const NOTHING: Given = { named: new Map(), provided: [] };
/** The names that vue-axios gives what it is handed, unless it is told others. */
const AXIOS_NAMES = ['axios', '$http'];

const remembered = new WeakMap<Sources, Given>();

/** What components have under a name, where that is but one thing: `this.$http` after `Vue.prototype.$http = axios`. */
export function onComponents(
  sources: Sources,
  path: NodePath<t.MemberExpression> | NodePath<t.OptionalMemberExpression>,
): NodePath | undefined {
  const name = propertyName(path.node);
  const value = name === undefined ? undefined : givenIn(sources).named.get(name);
  return value && isComponent(path.get('object') as NodePath) ? value : undefined;
}

/** What `inject(key)` answers, where that is but one thing: after `app.provide(key, value)`. */
export function injectedBy(sources: Sources, key: NodePath): NodePath | undefined {
  const wanted = keyOf(sources, key);
  const found = givenIn(sources).provided.filter((one) => keyOf(sources, one.key) === wanted);
  return wanted !== undefined && found.length === 1 ? found[0]?.value : undefined;
}

/** The calls that answer what is provided here: `inject(key)` for the value of `app.provide(key, value)`. */
export function injectionsOf(sources: Sources, value: NodePath): NodePath[] {
  const one = givenIn(sources).provided.find((given) => given.value.node === value.node);
  const key = one && keyOf(sources, one.key);
  if (key === undefined) return [];
  return sources.mentioning('inject(').flatMap((file) =>
    callsOf(sources, file).flatMap(({ path, callee }) => {
      const [asked] = path.get('arguments') as NodePath[];
      const injects = callee.kind === 'package' && callee.name.at(-1) === 'inject';
      return injects && asked && keyOf(sources, asked) === key ? [path as NodePath] : [];
    }),
  );
}

/** A text, or what makes the symbol that two files have a name for. */
function keyOf(sources: Sources, path: NodePath): string | t.Node | undefined {
  const definition = definitionOf(sources, path);
  const at = definition.kind === 'value' ? definition.path : path;
  return at.isStringLiteral() ? at.node.value : at.isIdentifier() ? undefined : at.node;
}

/** `this`, a name for it, `app.config.globalProperties`, `Vue.prototype` */
function isComponent(path: NodePath): boolean {
  if (path.isThisExpression()) return true;
  if (holdsGlobals(path)) return true;
  const declared = path.isIdentifier() ? path.scope.getBinding(path.node.name)?.path : undefined;
  if (path.isIdentifier({ name: 'Vue' })) return true;
  return Boolean(declared?.isVariableDeclarator() && t.isThisExpression(declared.node.init));
}

function holdsGlobals(path: NodePath): boolean {
  if (!path.isMemberExpression()) return false;
  const name = propertyName(path.node);
  return (
    name === 'globalProperties' || (name === 'prototype' && path.get('object').isIdentifier({ name: 'Vue' }))
  );
}

function givenIn(sources: Sources): Given {
  const known = remembered.get(sources);
  if (known) return known;
  // Whoever asks while they are looked for finds none.
  remembered.set(sources, NOTHING);
  const named = new Map<string, NodePath | undefined>();
  const provided: { key: NodePath; value: NodePath }[] = [];
  const give = (name: string, value: NodePath) => named.set(name, named.has(name) ? undefined : value);
  for (const file of sources.mentioning('globalProperties', 'Vue.prototype', 'vue-axios', 'provide(')) {
    if (file.test) continue;
    for (const path of file.paths.values()) {
      const left = path.isAssignmentExpression({ operator: '=' }) ? path.get('left') : undefined;
      if (!path.isAssignmentExpression() || !left?.isMemberExpression()) continue;
      const name = propertyName(left.node);
      if (name !== undefined && holdsGlobals(left.get('object'))) give(name, path.get('right'));
    }
    for (const { path } of callsOf(sources, file)) {
      const [first, second] = path.get('arguments') as NodePath[];
      const called = lastNameOf(path.get('callee') as NodePath);
      if (!first || !second) continue;
      if (called === 'provide') provided.push({ key: first, value: second });
      if (called === 'use')
        for (const [name, value] of givenByAxios(sources, first, second)) give(name, value);
    }
  }
  const found = { named, provided };
  remembered.set(sources, found);
  return found;
}

/** `app.use(VueAxios, axios)`, `app.use(VueAxios, { $http: axios })` */
function givenByAxios(sources: Sources, plugin: NodePath, given: NodePath): [string, NodePath][] {
  const definition = definitionOf(sources, plugin);
  if (definition.kind !== 'package' || definition.module !== 'vue-axios') return [];
  if (!given.isObjectExpression()) return AXIOS_NAMES.map((name) => [name, given]);
  return given.get('properties').flatMap((property): [string, NodePath][] => {
    const name = keyName(property.node);
    return name !== undefined && property.isObjectProperty()
      ? [[name, property.get('value') as NodePath]]
      : [];
  });
}
