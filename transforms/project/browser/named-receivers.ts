import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../definitions.js';

/** Whether a function has a name, and all that is done with it is `.then(name)`: it gets an answer, and may wait. */
export function isNamedReceiver({ node, parentPath: parent, scope }: NodePath<t.Function>): boolean {
  const id = t.isFunctionDeclaration(node)
    ? node.id
    : parent?.isVariableDeclarator()
      ? parent.node.id
      : undefined;
  const home = t.isFunctionDeclaration(node) ? parent : parent?.parentPath?.parentPath;
  if (!t.isIdentifier(id) || home?.isExportNamedDeclaration()) return false;
  const binding = (scope.parent ?? scope).getBinding(id.name);
  return Boolean(
    binding?.referencePaths.length &&
      binding.referencePaths.every(
        ({ parentPath: call, listKey, key }) =>
          call?.isCallExpression() &&
          listKey === 'arguments' &&
          key === 0 &&
          propertyName(call.node.callee) === 'then',
      ),
  );
}
