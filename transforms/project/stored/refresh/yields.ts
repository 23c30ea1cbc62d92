import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { onlyChecks, returnedBy, yieldsClaims } from '../../shared-yield.js';
import type { CheckSite } from '../../site.js';
import type { Question } from './found.js';
import { isPresence, refusalOf } from './refusals.js';

/**
 * What a function yields that checks a token and asks whether it is kept: the row, or the claims; undefined where it
 * does more, or tells an unknown token in another way than by turning it away.
 */
export function yieldOf(
  called: NodePath<t.Function>,
  { held }: Question,
  { shared }: CheckSite,
): 'row' | 'claims' | undefined {
  if (!shared || shared.function.node !== called.node || !onlyChecks(called, shared.call)) return undefined;
  const id = held?.node.id;
  const references = held && t.isIdentifier(id) ? (held.scope.getBinding(id.name)?.referencePaths ?? []) : [];
  const asks = references.filter(isPresence);
  if (!asks.length || asks.some((one) => !refusalOf(one, 'yes'))) return undefined;
  const returned = references.filter((one) => !asks.includes(one));
  if (!returned.length) return yieldsClaims(shared) ? 'claims' : undefined;
  const declared = returnedBy(called);
  return declared?.every((one) => one.node === held?.node) ? 'row' : undefined;
}
