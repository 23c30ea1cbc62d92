import type { NodePath } from '@babel/traverse';
import { definitionOf } from '../definitions.js';
import type { Sources } from '../sources.js';
import { handedValues } from './handed-values.js';
import { propertyIn } from './requests.js';
import { fixedString } from './strings.js';

/**
 * What options say about cookies under one of some names, where that keeps them from another origin: `false`,
 * `'same-origin'`, or a setting that is that.
 */
export function deniedIn(
  sources: Sources,
  options: NodePath,
  names: readonly string[],
): NodePath | undefined {
  return names
    .flatMap((name) => propertyIn(sources, options, name) ?? [])
    .find((said) => denies(sources, said));
}

function denies(sources: Sources, said: NodePath): boolean {
  if (said.isBooleanLiteral()) return !said.node.value;
  const made = definitionOf(sources, said);
  if (made.kind !== 'parameter') return /^(?:same-origin|omit)$/.test(fixedString(sources, said) ?? '');
  const handed = handedValues(sources, made);
  return handed.length > 0 && handed.every((value) => value !== undefined && denies(sources, value));
}
