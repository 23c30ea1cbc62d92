import type { NodePath } from '@babel/traverse';
import { callsOf } from './callers.js';
import { definitionOf, keyName, lastNameOf, propertyName } from './definitions.js';
import type { Sources } from './sources.js';

/** What a container of awilix makes of a name: one of a class, what a function returns, or a value as it is. */
export interface Registered {
  readonly how: 'class' | 'function' | 'value';
  readonly path: NodePath;
}

const HOWS: ReadonlyMap<string, Registered['how']> = new Map([
  ['asClass', 'class'],
  ['asFunction', 'function'],
  ['asValue', 'value'],
]);

const remembered = new WeakMap<Sources, ReadonlyMap<string, Registered | undefined>>();

/** What is registered under a name, where that is but one thing: `container.register({ tokens: asClass(Tokens) })`. */
export function registeredAs(sources: Sources, name: string): Registered | undefined {
  const known = remembered.get(sources);
  if (known) return known.get(name);
  // Whoever asks while they are looked for, to know what a call calls, finds none.
  remembered.set(sources, new Map());
  const found = allRegistered(sources);
  remembered.set(sources, found);
  return found.get(name);
}

function allRegistered(sources: Sources): ReadonlyMap<string, Registered | undefined> {
  const found = new Map<string, Registered | undefined>();
  for (const file of sources.mentioning('awilix')) {
    if (file.test) continue;
    for (const { path } of callsOf(sources, file)) {
      const callee = path.get('callee') as NodePath;
      const how = HOWS.get(lastNameOf(callee) ?? '');
      const definition = how && definitionOf(sources, callee);
      if (definition?.kind !== 'package' || definition.module !== 'awilix') continue;
      const [given] = path.get('arguments') as NodePath[];
      const name = nameOf(endOfChain(path));
      if (how && given && name !== undefined)
        found.set(name, found.has(name) ? undefined : { how, path: given });
    }
  }
  return found;
}

/** `asClass(Tokens).singleton()` of `asClass(Tokens)` */
function endOfChain(path: NodePath): NodePath {
  const link = path.key === 'object' ? path.parentPath : undefined;
  const call = link?.key === 'callee' ? link.parentPath : undefined;
  return call?.isCallExpression() ? endOfChain(call) : path;
}

/** The name that a property of a table, or the argument before, gives what is registered. */
function nameOf({ parentPath: parent, listKey, key }: NodePath): string | undefined {
  if (parent?.isObjectProperty()) return keyName(parent.node);
  if (listKey !== 'arguments' || key !== 1 || !parent?.isCallExpression()) return undefined;
  const [name] = parent.get('arguments') as NodePath[];
  return propertyName(parent.node.callee) === 'register' && name?.isStringLiteral()
    ? name.node.value
    : undefined;
}
