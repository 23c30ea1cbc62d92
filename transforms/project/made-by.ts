import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type Definition, definitionOf, keyName } from './definitions.js';
import { returnsOf } from './flow/returns.js';
import type { Sources } from './sources.js';

/** The object that a factory makes and returns, whatever it is handed. */
export function madeBy(
  sources: Sources,
  called: NodePath<t.Function>,
  depth: number,
): Definition | undefined {
  if (called.node.async || called.node.generator) return undefined;
  const [returned, ...more] = returnsOf(called);
  const made = returned && !more.length ? definitionOf(sources, returned, depth + 1) : undefined;
  if (made?.kind === 'object') return isStore(made.path) ? undefined : made;
  return made?.kind === 'instance' ? made : undefined;
}

/** Whatever looks rows or entries up and changes them stands for a database or cache, whoever has written it. */
function isStore({ node }: NodePath<t.ObjectExpression>): boolean {
  const names = new Set(node.properties.map((one) => keyName(one)));
  if (names.has('get') && names.has('set')) return true;
  return node.properties.some(
    (one) =>
      /^(?:find\w*|where|query|select|insert\w*|upsert|destroy)$/.test(keyName(one) ?? '') ||
      (t.isObjectProperty(one) && t.isObjectExpression(one.value) && isTable(one.value)),
  );
}

/** `{ user: { findUnique, update } }` of a client. */
function isTable(object: t.ObjectExpression): boolean {
  return object.properties.some((one) => /^find\w*$/.test(keyName(one) ?? ''));
}
