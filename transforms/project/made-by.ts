import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
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

/** Whatever looks rows up and changes them stands for a database, whoever has written it. */
function isStore(made: NodePath<t.ObjectExpression>): boolean {
  return made.node.properties.some((one) =>
    /^(?:find\w*|where|query|select|insert\w*|upsert|destroy)$/.test(keyName(one) ?? ''),
  );
}
