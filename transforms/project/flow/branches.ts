import type { NodePath } from '@babel/traverse';
import type { Passage, Through, Use, Value } from './follow.js';

/** Conditions, operators, templates, `await` and assertions: where a value is chosen, tested or wrapped. */
export const throughBranch: Through = (_sources, value): Passage | undefined => {
  const { path } = value;
  const parent = path.parentPath;
  if (!parent) return {};
  const on: Passage = { values: [{ ...value, path: parent }] };
  const used = (kind: Use['kind']): Passage => ({ uses: [{ ...value, kind }] });

  if (isTransparent(parent)) return on;
  if (parent.isLogicalExpression())
    return path.key === 'left' && parent.node.operator === '&&' ? tested(value) : both(on, value);
  if (parent.isConditionalExpression()) return path.key === 'test' ? tested(value) : on;
  if (parent.isIfStatement() || parent.isWhileStatement() || parent.isDoWhileStatement())
    return tested(value);
  if (parent.isUnaryExpression()) {
    return ['!', 'typeof', 'void'].includes(parent.node.operator) ? tested(value) : used('other');
  }
  if (parent.isBinaryExpression()) {
    if (parent.node.operator === '+') return value.trail.length ? {} : { ...on, ...used('text') };
    return value.trail.length ? {} : used('compare');
  }
  if (parent.isTemplateLiteral()) return value.trail.length ? {} : { ...on, ...used('text') };
  if (parent.isSequenceExpression()) return path.key === parent.node.expressions.length - 1 ? on : {};
  if (parent.isSwitchStatement() || parent.isSwitchCase()) return used('compare');
  if (parent.isThrowStatement()) return used('other');
  if (parent.isJSXExpressionContainer() || parent.isJSXSpreadAttribute()) return used('rendered');
  if (parent.isExpressionStatement()) return {};
  return undefined;
};

function isTransparent(parent: NodePath): boolean {
  return (
    parent.isAwaitExpression() ||
    parent.isParenthesizedExpression() ||
    parent.isTSAsExpression() ||
    parent.isTSNonNullExpression() ||
    parent.isTSSatisfiesExpression() ||
    parent.isTSTypeAssertion() ||
    parent.isTypeCastExpression()
  );
}

/** `a || b` yields the value and also asks whether it is there. */
function both(on: Passage, value: Value): Passage {
  return value.path.key === 'left' ? { ...on, ...tested(value) } : on;
}

function tested(value: Value): Passage {
  return { uses: [{ ...value, kind: 'test' }] };
}
