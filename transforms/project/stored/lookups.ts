import type { NodePath } from '@babel/traverse';
import { propertyName } from '../definitions.js';
import type { Use } from '../flow/follow.js';
import type { CheckSite, ReadSite, Site } from '../site.js';
import { textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Methods that search a table, a list or a cache for what they are given. */
const SEARCHES =
  /^(?:find\w*|where|query|exists?|count\w*|search|select|get|hget|mget|has|includes|indexOf|sismember|isMember)$/;

/** A place that searches what the application keeps for a token that came with a request. */
export interface LookUp {
  readonly call: NodePath;
  readonly use: Use;
  /** What searches, as the code says it. */
  readonly text: string;
}

/** The places that look up a token that is taken from a request: a table of tokens, a list of those taken back. */
export function lookUpsOf(sources: Sources, { uses }: ReadSite): LookUp[] {
  return uses.flatMap((use) => {
    const call = use.kind === 'argument' ? use.path.parentPath : undefined;
    if (!call?.isCallExpression() && !call?.isOptionalCallExpression()) return [];
    const callee = call.get('callee') as NodePath;
    if (!SEARCHES.test(propertyName(callee.node) ?? '')) return [];
    return [{ call, use, text: textOf(sources.fileOf(callee), callee.node) }];
  });
}

/** Whether a check is given the token that a read takes from the request. */
export function isCheckedBy({ token }: CheckSite, { path, uses }: ReadSite): boolean {
  return isInside(token, path) || uses.some((use) => isInside(token, use.path));
}

/** The reads whose token a check is given. */
export function readsOf(check: CheckSite, sites: readonly Site[]): ReadSite[] {
  return sites.filter((site): site is ReadSite => site.kind === 'request' && isCheckedBy(check, site));
}

function isInside(outer: NodePath | undefined, inner: NodePath): boolean {
  return Boolean(outer && (outer.node === inner.node || inner.isDescendant(outer)));
}
