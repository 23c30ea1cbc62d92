import type { NodePath } from '@babel/traverse';

/** Strips parentheses, type assertions and `await` of an import. */
export function unwrapped(path: NodePath): NodePath {
  if (
    path.isTSAsExpression() ||
    path.isTSNonNullExpression() ||
    path.isTSSatisfiesExpression() ||
    path.isTSTypeAssertion() ||
    path.isTypeCastExpression() ||
    path.isParenthesizedExpression()
  ) {
    return unwrapped(path.get('expression') as NodePath);
  }
  if (path.isAwaitExpression()) {
    const awaited = path.get('argument');
    if (awaited.isImportExpression() || isImportCall(awaited)) return awaited;
  }
  return path;
}

function isImportCall(path: NodePath): boolean {
  return path.isCallExpression() && path.get('callee').isImport();
}
