import type { NodePath } from '@babel/traverse';
import { definitionOf } from './definitions.js';
import { SHIM } from './shim.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

/**
 * Whether code is what a function of several purposes does without a request, an earlier run having put the session
 * before it: `req ? requireSession(req) : verify(…)`, or `if (req) return startSession(req, …)` above.
 */
export function isAlternative(sources: Sources, path: NodePath): boolean {
  for (let at = path; at.parentPath && !at.isFunction(); at = at.parentPath) {
    const { parentPath } = at;
    if (parentPath.isConditionalExpression() && at.key === 'alternate')
      return isOfShim(sources, parentPath.get('consequent'));
    if (!at.isStatement()) continue;
    const before = at.getPrevSibling();
    if (!before.isIfStatement()) return false;
    const then = before.get('consequent');
    return then.isReturnStatement() && isOfShim(sources, then.get('argument') as NodePath);
  }
  return false;
}

function isOfShim(sources: Sources, path: NodePath): boolean {
  const call = unwrapped(path);
  if (!call.isCallExpression()) return false;
  const inner = call.get('arguments')[0];
  if (call.get('callee').matchesPattern('Promise.resolve') && inner) return isOfShim(sources, inner);
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  return callee.kind === 'package' && callee.module === SHIM;
}
