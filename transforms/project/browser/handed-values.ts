import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { type CallPath, callersOf, callsOf } from '../callers.js';
import { classMember } from '../class-members.js';
import { type Definition, definitionOf, keyName, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import { propertyIn } from './requests.js';

const DEEPEST = 5;

export type Parameter = Extract<Definition, { kind: 'parameter' }>;

/** What each caller of a function hands it as a parameter, or as a property of one; undefined where it is not in sight. */
export function handedValues(
  sources: Sources,
  { function: called, index, trail }: Parameter,
  depth = 0,
): (NodePath | undefined)[] {
  return [...makersOf(sources, called), ...pluginUses(sources, called)].map((call) => {
    const given = (call.get('arguments') as NodePath[])[index];
    return given && inObject(sources, given, trail, depth);
  });
}

/** `app.use(plugin, options)`, which calls `install(app, options)` of a plugin of Vue. */
function pluginUses(sources: Sources, called: NodePath<t.Function>): readonly CallPath[] {
  const property = called.isObjectMethod() ? called : called.parentPath;
  if (!property || keyName(property.node) !== 'install') return [];
  const plugin = property.parent;
  return sources
    .mentioning('.use(')
    .flatMap((file) => callsOf(sources, file))
    .map(({ path }) => path)
    .filter((path) => {
      const [used] = path.get('arguments') as NodePath[];
      if (!used || propertyName(path.node.callee) !== 'use') return false;
      const owner = definitionOf(sources, used);
      return owner.kind === 'object' && owner.path.node === plugin;
    });
}

/** The one value that all callers hand a function there. */
export function handedValue(sources: Sources, parameter: Parameter, depth = 0): NodePath | undefined {
  const [first, ...others] = handedValues(sources, parameter, depth);
  return others.every((other) => other?.node === first?.node) ? first : undefined;
}

/** What stands under some names in an object; what is assigned to one wins over what it began with. */
function inObject(
  sources: Sources,
  path: NodePath,
  names: readonly string[],
  depth: number,
): NodePath | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return path;
  const owner = definitionOf(sources, path);
  if (owner.kind === 'parameter' && depth < DEEPEST) {
    const further = { ...owner, trail: [...owner.trail, ...names] };
    return handedValue(sources, further, depth + 1);
  }
  if (owner.kind !== 'object') return undefined;
  const value = assignedTo(sources, owner.path, name) ?? propertyIn(sources, owner.path, name);
  return value && inObject(sources, value, rest, depth);
}

/** What a property of an object is set to beside the object (`settings.base = …`), or a field of a class begins with. */
export function settingOf(sources: Sources, path: NodePath): NodePath | undefined {
  const name = propertyName(path.node);
  if (name === undefined || !path.isMemberExpression()) return undefined;
  const owner = definitionOf(sources, path.get('object'));
  if (owner.kind === 'instance') return fieldBegin(sources, owner.of, name);
  return owner.kind === 'object' ? assignedTo(sources, owner.path, name) : undefined;
}

/** `api = environment.api` of a class, or of one that it extends. */
function fieldBegin(
  sources: Sources,
  owner: NodePath<t.Class>,
  name: string,
  depth = 0,
): NodePath | undefined {
  const member = classMember(owner, name, false);
  if (member) return member.kind === 'value' ? member.path : undefined;
  const parent = owner.get('superClass') as NodePath;
  const above = parent.node && depth < DEEPEST ? definitionOf(sources, parent) : undefined;
  return above?.kind === 'class' ? fieldBegin(sources, above.path, name, depth + 1) : undefined;
}

/** `OpenAPI.BASE = …` */
function assignedTo(
  sources: Sources,
  object: NodePath<t.ObjectExpression>,
  name: string,
): NodePath | undefined {
  return settingsOf(sources, name).find(({ holder }) => {
    const owner = definitionOf(sources, holder);
    return owner.kind === 'object' && owner.path.node === object.node;
  })?.value;
}

interface Setting {
  readonly holder: NodePath;
  readonly value: NodePath;
}

const remembered = new WeakMap<Sources, Map<string, readonly Setting[]>>();

/** Where properties of a name are assigned. Few texts do it: only those are parsed, and once for each name. */
function settingsOf(sources: Sources, name: string): readonly Setting[] {
  const byName = remembered.get(sources) ?? new Map<string, readonly Setting[]>();
  remembered.set(sources, byName);
  const known = byName.get(name);
  if (known) return known;
  const found = sources
    .parsedWhere((text) => assigns(text, name))
    .flatMap((file) => [...file.paths.values()])
    .flatMap((path): Setting[] => {
      const left = path.isAssignmentExpression({ operator: '=' }) ? path.get('left') : undefined;
      if (!left?.isMemberExpression() || propertyName(left.node) !== name) return [];
      return [{ holder: left.get('object'), value: (path as NodePath<t.AssignmentExpression>).get('right') }];
    });
  byName.set(name, found);
  return found;
}

/** Whether a text has the name, and an equals sign right behind it, comments and brackets let alone. */
function assigns(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (/^['"`\])\s]*(?:\/\*.*?\*\/\s*)?=(?![=>])/.test(text.slice(at + name.length, at + name.length + 80)))
      return true;
  return false;
}

/** The calls of a function; of a constructor, where objects of its class are made. */
export function makersOf(sources: Sources, called: NodePath<t.Function>): readonly CallPath[] {
  const owner = called.isClassMethod({ kind: 'constructor' }) ? called.parentPath.parentPath : undefined;
  const name = owner?.isClass() ? owner.node.id?.name : undefined;
  if (!owner || name === undefined) return callersOf(sources, called);
  return sources
    .mentioning(name)
    .flatMap((file) => callsOf(sources, file))
    .filter(
      ({ path, callee }) =>
        path.isNewExpression() && callee.kind === 'class' && callee.path.node === owner.node,
    )
    .map(({ path }) => path);
}
