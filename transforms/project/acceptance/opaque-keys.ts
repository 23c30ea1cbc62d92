import type { NodePath } from '@babel/traverse';
import { fromNow } from '../from-now.js';
import { isInside } from '../inside.js';
import { type Portable, portableOf } from '../portable.js';
import { type CheckSite, isMint, type MintSite, OPAQUE, type Site } from '../site.js';
import type { Sources } from '../sources.js';
import type { Question } from '../stored/refresh/found.js';
import type { RefreshRecord } from '../stored/refresh/record.js';
import { lifetimeOf } from './lifetimes.js';
import { placesOfToken, type RefreshKey } from './refresh-keys.js';
import { renewalOf } from './renewal.js';

/**
 * Refresh tokens that are random text: whoever comes with one that is kept has the login that the route which
 * renews would make for him.
 */
export function opaqueKeysOf(
  sources: Sources,
  sites: readonly Site[],
  record: RefreshRecord | undefined,
  books: ReadonlySet<NodePath>,
): RefreshKey[] {
  const mints = sites.filter(isMint).filter(({ library }) => library === OPAQUE);
  if (!record || !mints.length) return [];
  for (const question of record.questions) {
    if ([...books].some((one) => isInside(one, question.path))) continue;
    const check = checkBy(sources, question);
    const places = check?.token && placesOfToken(sources, sites, check.token);
    const renewal = check && renewalOf(sources, sites, check, books);
    if (!places || !renewal) continue;
    const expiresIn = lengthOf(sources, mints);
    return [
      {
        ...(expiresIn ? { expiresIn } : {}),
        algorithms: [],
        renewal,
        places,
        lifetimes: mints.map((mint) => lifetimeOf(sources, mint)),
      },
    ];
  }
  return [];
}

/** A question after a token that nothing else checks. */
function checkBy(sources: Sources, { path, asked }: Question): CheckSite | undefined {
  const token = asked?.get('value') as NodePath | undefined;
  const call = path.isAwaitExpression() ? path.get('argument') : path;
  if (!token || !call.isCallExpression()) return undefined;
  return {
    role: 'check',
    kind: 'verify',
    library: OPAQUE,
    family: 'refresh',
    evidence: 'it is looked for among those that are kept',
    file: sources.fileOf(path),
    path: call,
    call,
    promisified: false,
    token,
  };
}

/** How long a token is good that is made now. */
function lengthOf(sources: Sources, mints: readonly MintSite[]): Portable | number | undefined {
  const [mint] = mints;
  const length = mint?.expires && fromNow(mint.expires);
  if (!length) return undefined;
  if (length.kind === 'seconds') return portableOf(sources, length.path);
  return length.milliseconds;
}
