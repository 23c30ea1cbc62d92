import type { NodePath } from '@babel/traverse';

/** `''`, `null` and what storage makes of nothing, which is a text. */
export function isAbsent(value: NodePath): boolean {
  if (value.isStringLiteral()) return /^(?:undefined|null)?$/.test(value.node.value);
  return value.isNullLiteral() || value.isIdentifier({ name: 'undefined' });
}
