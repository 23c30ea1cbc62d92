import type { NodePath } from '@babel/traverse';

/** `''`, `null` and what storage makes of nothing, which is a text. */
export function isAbsent(value: NodePath): boolean {
  if (value.isStringLiteral()) return /^(?:undefined|null)?$/.test(value.node.value);
  return value.isNullLiteral() || value.isIdentifier({ name: 'undefined' }) || isReset(value);
}

/** `RESET` of jotai, which takes an atom's value out of storage. */
function isReset(value: NodePath): boolean {
  if (!value.isIdentifier({ name: 'RESET' })) return false;
  const { parent } = value.scope.getBinding('RESET')?.path ?? {};
  return parent?.type === 'ImportDeclaration' && parent.source.value.startsWith('jotai');
}
