import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from './acceptance/doors.js';
import { argumentOf, callersOf, defaultOf } from './callers.js';
import { classMember } from './class-members.js';
import { definitionOf } from './definitions.js';
import { registeredName } from './injected.js';
import { memberChain, valuesOfMember } from './members.js';
import { type Portable, portableOf } from './portable.js';
import { registeredAs } from './registered.js';
import type { Sources } from './sources.js';

/** What a class is handed when one of it is made: `this.secret`, `this.options.secret`. */
export function handedToThis(
  sources: Sources,
  path: NodePath,
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  const chain = memberChain(path);
  if (!chain) return undefined;
  const { root, names } = chain;
  const owner = root.isThisExpression() ? root.findParent((above) => above.isClass()) : undefined;
  const [name, ...trail] = names;
  if (!owner?.isClass() || name === undefined) return undefined;
  const member = classMember(owner, name, false);
  if (member?.kind === 'handed') return ofHanded(sources, member.maker, member.index, trail, named, depth);
  const values = valuesOfMember(owner, name);
  return trail.length && values.length === 1 && values[0]
    ? ofTrail(sources, values[0], trail, named, depth + 1)
    : undefined;
}

/** What every caller hands in for a parameter, or for a name in its pattern, when that is one and the same expression. */
export function ofParameter(
  sources: Sources,
  path: NodePath<t.Identifier>,
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind !== 'parameter') return undefined;
  const { function: owner, index, trail } = definition;
  return ofHanded(sources, owner, index, trail, named, depth);
}

function ofHanded(
  sources: Sources,
  owner: NodePath<t.Function>,
  index: number,
  trail: readonly string[],
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  // A test hands in what suits it.
  const calls = callersOf(sources, owner).filter((call) => !sources.fileOf(call).test);
  const otherwise = defaultOf(owner.get('params')[index]);
  const values = calls.map((call) => argumentOf(call, owner, index));
  if (!calls.length && otherwise) values.push(otherwise);
  else if (!calls.length) {
    const [name, rest] = registeredName(owner, index, trail);
    const registered = name === undefined ? undefined : registeredAs(sources, name);
    return registered?.how === 'value'
      ? ofTrail(sources, registered.path, rest, named, depth + 1)
      : undefined;
  }
  const found = values.map((value) => value && ofTrail(sources, value, trail, named, depth + 1));
  const [first] = found;
  return first && found.every((one) => one?.text === first.text) ? first : undefined;
}

/** What stands below an expression under names, each below the one before. */
function ofTrail(
  sources: Sources,
  path: NodePath,
  [name, ...rest]: readonly string[],
  named: ReadonlyMap<t.Node, string>,
  depth: number,
): Portable | undefined {
  if (name === undefined) return portableOf(sources, path, named, depth);
  const value = path.isObjectExpression() ? propertyOf(sources, path, name) : undefined;
  if (value) return ofTrail(sources, value, rest, named, depth);
  const given = path.isIdentifier() && !named.has(path.node) ? definitionOf(sources, path) : undefined;
  if (given?.kind === 'parameter') {
    const handed = [...given.trail, name, ...rest];
    return ofHanded(sources, given.function, given.index, handed, named, depth);
  }
  const whole =
    path.isIdentifier() || path.isMemberExpression() ? portableOf(sources, path, named, depth) : undefined;
  return whole && { ...whole, text: [whole.text, name, ...rest].join('.') };
}
