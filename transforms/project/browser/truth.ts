import type { NodePath } from '@babel/traverse';

/** Whether only the truth of an expression is asked for. */
export function isTest(path: NodePath): boolean {
  const { parentPath: parent } = path;
  if (!parent) return false;
  if (parent.isIfStatement() || parent.isConditionalExpression() || parent.isWhileStatement())
    return path.key === 'test';
  if (parent.isUnaryExpression({ operator: '!' })) return true;
  if (parent.isLogicalExpression({ operator: '&&' }) && path.key === 'left') return true;
  if (parent.isLogicalExpression()) return isTest(parent);
  if (parent.isBinaryExpression()) return /^[!=]==?$/.test(parent.node.operator);
  if (parent.isCallExpression()) return parent.get('callee').isIdentifier({ name: 'Boolean' });
  return parent.isParenthesizedExpression() ? isTest(parent) : false;
}
