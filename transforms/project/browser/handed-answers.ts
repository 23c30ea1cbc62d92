import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../definitions.js';
import type { Sources } from '../sources.js';
import { functionsNamed, isAsking } from '../vuex-functions.js';
import { membersAbove } from './answers.js';
import type { Holder } from './bodies.js';
import { isLoginTokenName } from './names.js';
import { tokenTrails } from './token-trails.js';

const DEEPEST = 3;

type Receiver = Pick<Holder, 'function' | 'binding' | 'names'>;

/**
 * The ways, by property names, in which those read tokens from an answer who are handed it, or a part of it: functions
 * of the application, and mutations and actions of Vuex, which are called by name.
 */
export function trailsHandedOn(sources: Sources, from: Receiver, depth = 0): string[][] {
  if (depth > DEEPEST) return [];
  const { binding, names } = from;
  return binding.referencePaths.flatMap((reference): string[][] => {
    if (!reference.isDescendant(from.function)) return [];
    const { path, names: read } = membersAbove(reference);
    if (!names.every((name, index) => read[index] === name)) return [];
    const way = read.slice(names.length);
    return takersOf(sources, path).flatMap((taker) =>
      [
        ...tokenTrails(taker.function, taker.binding, taker.names),
        ...trailsOfKept(taker),
        ...trailsHandedOn(sources, taker, depth + 1),
      ].map((further) => [...way, ...further]),
    );
  });
}

/** The parameters that an argument becomes. */
function takersOf(sources: Sources, argument: NodePath): Receiver[] {
  const { parentPath: call } = argument;
  if (!call?.isCallExpression() || argument.listKey !== 'arguments' || typeof argument.key !== 'number')
    return [];
  const callee = call.get('callee') as NodePath;
  const definition = definitionOf(sources, callee);
  if (definition.kind === 'function') return receiver(definition.path, argument.key);
  if (argument.key !== 1 || !isAsking(callee)) return [];
  return functionsNamed(sources, call.get('arguments')[0] as NodePath).flatMap((one) => receiver(one, 1));
}

function receiver(owner: NodePath<t.Function>, index: number): Receiver[] {
  const parameter = (owner.get('params') as NodePath[])[index];
  const binding = parameter?.isIdentifier() ? parameter.scope.getBinding(parameter.node.name) : undefined;
  return binding ? [{ function: owner, binding, names: [] }] : [];
}

/** `state.user = user; save(state.user.token)` */
function trailsOfKept({ function: owner, binding }: Receiver): string[][] {
  const keeping = binding.referencePaths.flatMap(({ parentPath: parent, key }) =>
    parent?.isAssignmentExpression({ operator: '=' }) &&
    key === 'right' &&
    parent.get('left').isMemberExpression()
      ? [String(parent.get('left'))]
      : [],
  );
  const trails: string[][] = [];
  owner.traverse({
    MemberExpression(path) {
      if (!keeping.includes(String(path))) return;
      const { names } = membersAbove(path);
      const at = names.findIndex(isLoginTokenName);
      if (at >= 0) trails.push(names.slice(0, at + 1));
    },
  });
  return trails;
}
