import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { propertyOf } from './acceptance/doors.js';
import { argumentOf, callersOf } from './callers.js';
import { classMember } from './class-members.js';
import { definitionOf, propertyName } from './definitions.js';
import { portableOf } from './portable.js';
import type { CheckSite, MintSite } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/**
 * Why a call can't be said to be about logins, in words: it stands in what a factory or a class makes, each with a key
 * of its own.
 */
export function keysObstacle({ key, call }: MintSite | CheckSite, sources: Sources): string | undefined {
  const handed = key && handedTo(sources, unwrapped(key));
  if (!handed || handed.owner.node === call.getFunctionParent()?.node) return undefined;
  const calls = callersOf(sources, handed.owner).filter((one) => !sources.fileOf(one).test);
  const keys = new Set(
    calls.map((one) => {
      const given = argumentOf(one, handed.owner, handed.index);
      const value = given && belowOf(sources, given, handed.trail);
      return value && (portableOf(sources, value)?.text ?? textOf(sources.fileOf(value), value.node));
    }),
  );
  const [one, other] = [...keys].map((text) => text ?? 'none');
  return keys.size > 1
    ? `several are made of what stands here, each with a key of its own (${one}, ${other}), and one session would stand for all`
    : undefined;
}

interface Handed {
  readonly owner: NodePath<t.Function>;
  readonly index: number;
  readonly trail: readonly string[];
}

/** The parameter by which a key comes into a factory, or into a constructor as `this.secret`. */
function handedTo(sources: Sources, key: NodePath): Handed | undefined {
  const definition = definitionOf(sources, key);
  if (definition.kind === 'parameter')
    return { owner: definition.function, index: definition.index, trail: definition.trail };
  const names: string[] = [];
  let root = key;
  while (root.isMemberExpression()) {
    names.unshift(propertyName(root.node) ?? '');
    root = root.get('object');
  }
  const owner = root.isThisExpression() ? root.findParent((above) => above.isClass()) : undefined;
  const [name, ...trail] = names;
  const member = owner?.isClass() && name ? classMember(owner, name, false) : undefined;
  return member?.kind === 'handed' ? { owner: member.maker, index: member.index, trail } : undefined;
}

function belowOf(sources: Sources, given: NodePath, [name, ...rest]: readonly string[]): NodePath {
  const value = name === undefined ? undefined : propertyOf(sources, given, name);
  return value ? belowOf(sources, value, rest) : given;
}
