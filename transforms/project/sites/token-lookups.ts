import { isolated } from '../isolated.js';
import type { EverywhereSite, ReadSite, Site, TokenLookUpSite } from '../site.js';
import type { Sources } from '../sources.js';
import { lookUpsOf, revocationOf } from '../stored/lookups.js';
import { keeperOf, writesOf } from '../stored/writes.js';

/** Finds where the login token that came with a request is searched for in what the application keeps. */
export function tokenLookUpSites(sources: Sources, sites: readonly Site[]): TokenLookUpSite[] {
  const found = new Map<unknown, TokenLookUpSite>();
  for (const read of sites) {
    if (!isLoginRead(read)) continue;
    for (const lookUp of isolated(sources, [read.file], () => lookUpsOf(sources, read))) {
      if (found.has(lookUp.call.node)) continue;
      const revocation = revocationOf(sources, sites, read, lookUp);
      const keeper = revocation && keeperOf(sources, lookUp, revocation);
      found.set(lookUp.call.node, {
        role: 'guard',
        kind: 'token-lookup',
        family: 'session',
        evidence: `${lookUp.text} searches for the login token`,
        file: sources.fileOf(lookUp.call),
        path: lookUp.call,
        read,
        text: lookUp.text,
        writes: keeper ? writesOf(sources, sites, keeper) : [],
        ...(revocation && keeper ? { revocation } : {}),
      });
    }
  }
  return [...found.values()];
}

/** Finds where all tokens of a user are taken back at once. */
export function everywhereSites(sources: Sources, lookUps: readonly TokenLookUpSite[]): EverywhereSite[] {
  return lookUps.flatMap((lookUp) =>
    lookUp.writes
      .filter(({ what }) => what === 'everywhere')
      .map(
        (write): EverywhereSite => ({
          role: 'drop',
          kind: 'everywhere',
          family: 'session',
          evidence: `it empties what ${lookUp.text} searches`,
          file: sources.fileOf(write.path),
          path: write.path,
          taken: { family: 'session', write, lookUp },
        }),
      ),
  );
}

function isLoginRead(site: Site): site is ReadSite {
  return site.kind === 'request' && site.family === 'session';
}
