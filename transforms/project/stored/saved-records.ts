import type { NodePath } from '@babel/traverse';
import { callersOf } from '../callers.js';
import { lastNameOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';

const SAVES = /^(?:save\w*|insert\w*|persist\w*|create\w*|put|upsert|bulkSave)$/;
const DEEPEST = 4;

/**
 * Whether a record goes into a database: `await new Device({ token }).save()`, `devices.save(device)`, wherever it is
 * handed on to before that.
 *
 * @param made the expression that yields the record
 */
export function isSaved(sources: Sources, made: NodePath, depth = 0): boolean {
  const { parentPath: parent } = made;
  if (!parent || depth > DEEPEST) return false;
  if (parent.isMemberExpression() && made.key === 'object')
    return (
      parent.parentPath.isCallExpression() &&
      parent.key === 'callee' &&
      SAVES.test(propertyName(parent.node) ?? '')
    );
  if (made.listKey === 'arguments' && parent.isCallExpression())
    return SAVES.test(lastNameOf(parent.get('callee') as NodePath) ?? '');
  const further = (path: NodePath) => isSaved(sources, path, depth + 1);
  if (parent.isAwaitExpression() || parent.isTSAsExpression()) return further(parent);
  const named = parent.isVariableDeclarator()
    ? parent.node.id
    : parent.isAssignmentExpression()
      ? parent.node.left
      : undefined;
  if (named?.type === 'Identifier')
    return made.scope.getBinding(named.name)?.referencePaths.some(further) ?? false;
  const returned = parent.isReturnStatement() || (parent.isArrowFunctionExpression() && made.key === 'body');
  const owner = returned ? made.getFunctionParent() : null;
  return owner ? callersOf(sources, owner).some(further) : false;
}
