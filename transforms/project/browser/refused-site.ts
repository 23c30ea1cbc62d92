import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Role } from '../../words.js';
import type { Common } from '../site.js';
import type { Renewal } from './renewals.js';

/** A token is renewed: when a request was refused, or before it expires. `path` is the call that asks for it. */
export interface RenewSite extends Common<'renew'> {
  readonly kind: 'renewal';
  readonly renewal: Renewal;
}

/** A site in the code that goes with a renewal. */
export interface RenewedSite extends Common<Role> {
  readonly kind: 'renewed';
}

/** A request was refused, and the user is sent to log in. `path` is the condition. */
export interface RefusalSite extends Common<'guard'> {
  readonly kind: 'refusal';
  readonly branch: NodePath<t.IfStatement>;
}
