import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { CallPath } from './callers.js';

/** A call of a function that signs or checks tokens of several kinds: it is about one kind, and the function stays. */
export interface SharedCall {
  readonly function: NodePath<t.Function>;
  /** What the function signs or checks with. */
  readonly call: CallPath;
  /** The token that it checks. */
  readonly token?: NodePath;
}
