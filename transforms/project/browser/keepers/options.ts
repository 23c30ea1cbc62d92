import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName } from '../../definitions.js';
import { returnsOf } from '../../flow/returns.js';
import type { Sources } from '../../sources.js';
import { unwrapped } from '../../unwrapped.js';
import { isTokenName } from '../names.js';
import { propertyIn } from '../requests.js';

/** Which web storage an option names; `local` where it names none, undefined where that is not to be seen. */
export function storageNamed(path: NodePath | undefined): 'local' | 'session' | undefined {
  if (!path || path.isIdentifier({ name: 'undefined' })) return 'local';
  const text = String(path);
  if (/\bsessionStorage\b/.test(text)) return 'session';
  return /\blocalStorage\b/.test(text) ? 'local' : undefined;
}

/** The object that an expression is, or that the function it is returns. */
export function objectOf(sources: Sources, path: NodePath): NodePath<t.ObjectExpression> | undefined {
  const definition = definitionOf(sources, path);
  if (definition.kind === 'object') return definition.path;
  if (definition.kind !== 'function') return undefined;
  for (const returned of returnsOf(definition.path)) {
    const bare = unwrapped(returned);
    if (bare.isObjectExpression()) return bare;
  }
  return undefined;
}

/** The fields of a state that hold tokens by their names; functions among them only take or give one. */
export function tokenFields(state: NodePath<t.ObjectExpression>): string[] {
  return state.node.properties.flatMap((one) => {
    const name = keyName(one);
    const acts = t.isObjectMethod(one) || (t.isObjectProperty(one) && t.isFunction(one.value));
    return name !== undefined && isTokenName(name) && !acts ? [name] : [];
  });
}

/** The strings of a list; undefined where it holds anything else. */
export function stringsIn(sources: Sources, options: NodePath, name: string): string[] | undefined {
  const list = propertyIn(sources, options, name);
  if (!list?.isArrayExpression()) return undefined;
  return list.node.elements.flatMap((one) => (t.isStringLiteral(one) ? [one.value] : []));
}
