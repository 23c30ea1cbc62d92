import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { callersOf } from './callers.js';
import { definitionOf, keyName } from './definitions.js';
import type { Sources } from './sources.js';

const VALIDATOR = 'express-openapi-validator';
const DEEPEST = 2;

const remembered = new WeakMap<Sources, ReadonlySet<t.Node>>();

/** Why a check stays that is asked only where a library has seen the header that the API's description demands. */
export function validatorObstacle(path: NodePath, sources: Sources, depth = 0): string | undefined {
  const handlers = remembered.get(sources) ?? handlersIn(sources);
  remembered.set(sources, handlers);
  if (!handlers.size || depth > DEEPEST) return undefined;
  const owner = path.findParent((above) => above.isFunction());
  if (!owner?.isFunction()) return undefined;
  for (let above: NodePath | null = owner; above; above = above.parentPath)
    if (handlers.has(above.node))
      return `the header that the API's description demands is asked for by ${VALIDATOR} before, and a session comes without`;
  for (const call of callersOf(sources, owner)) {
    const found = validatorObstacle(call, sources, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** The functions that are handed to the validator: `validateSecurity: { handlers: { bearerAuth: … } }`. */
function handlersIn(sources: Sources): ReadonlySet<t.Node> {
  const found = new Set<t.Node>();
  for (const file of sources.mentioning(VALIDATOR)) {
    for (const path of file.paths.values()) {
      if (!path.isObjectProperty() || !/^(?:handlers|securityHandlers)$/.test(keyName(path.node) ?? ''))
        continue;
      const table = definitionOf(sources, path.get('value') as NodePath);
      if (table.kind !== 'object') continue;
      for (const handler of table.path.get('properties')) {
        const value = handler.isObjectProperty()
          ? definitionOf(sources, handler.get('value') as NodePath)
          : undefined;
        if (handler.isObjectMethod()) found.add(handler.node);
        else if (value?.kind === 'function') found.add(value.path.node);
      }
    }
  }
  return found;
}
