import type { NodePath } from '@babel/traverse';
import { callersOf, escapes } from './callers.js';
import type { Sources } from './sources.js';

/**
 * Whether code that takes a promise goes on with a plain value in its place: it awaits it, or hands it out of an
 * async function, or to callers that all do so.
 */
export function takesPlainValue(sources: Sources, path: NodePath, depth = 0): boolean {
  const parent = path.parentPath;
  if (!parent || depth > 4) return false;
  if (parent.isAwaitExpression()) return true;
  const returned = parent.isReturnStatement() || (parent.isArrowFunctionExpression() && path.key === 'body');
  const owner = path.getFunctionParent();
  if (!returned || !owner) return false;
  if (owner.node.async) return true;
  const callers = callersOf(sources, owner);
  return (
    callers.length > 0 &&
    !escapes(sources, owner) &&
    callers.every((caller) => takesPlainValue(sources, caller, depth + 1))
  );
}
