import type { NodePath } from '@babel/traverse';
import { callersOf } from './callers.js';
import type { Sources } from './sources.js';

/** Whether the function around a place is called, and by tests alone. */
export function onlyTestsUse(sources: Sources, path: NodePath): boolean {
  const owner = path.getFunctionParent();
  const callers = owner ? callersOf(sources, owner) : [];
  return callers.length > 0 && callers.every((call) => sources.fileOf(call).test);
}
