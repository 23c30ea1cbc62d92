import type { NodePath } from '@babel/traverse';

/** Whether code is a piece of other code, or is that code. */
export function isInside(outer: NodePath | undefined, inner: NodePath): boolean {
  return Boolean(outer && (outer.node === inner.node || inner.isDescendant(outer)));
}
