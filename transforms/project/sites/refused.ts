import { exchangeRenewals } from '../browser/auth-exchanges.js';
import type { BrowserClient } from '../browser/client.js';
import { bareRefusals } from '../browser/refusals.js';
import type { RefusalSite, RenewSite } from '../browser/refused-site.js';
import { renewalsInCases } from '../browser/renewal-cases.js';
import { idleRenewals } from '../browser/renewal-functions.js';
import { handedRenewals } from '../browser/renewal-handlers.js';
import { renewalTimers } from '../browser/renewal-timers.js';
import { isGone, type Renewal, renewalsIn } from '../browser/renewals.js';
import { renewedAhead } from '../browser/renewals-ahead.js';
import { type Asked, askedRenewals } from '../browser/renewals-asked.js';
import type { KeptHere } from '../browser/renewed-answers.js';
import type { Site, StoreSite } from '../site.js';
import type { Sources } from '../sources.js';

/** What is done with tokens on the way to a request. */
const SERVING: ReadonlySet<Site['kind']> = new Set(['web-storage', 'header', 'browser-decode']);

/** Whatever stands in the code that renews a token goes with it. */
export function withRenewals(
  sources: Sources,
  client: BrowserClient,
  stores: readonly StoreSite[],
  sites: readonly Site[],
): Site[] {
  const forgetting = new Set(
    stores
      .filter(({ access, place }) => access.operation === 'remove' && place && place.field === undefined)
      .map(({ path }) => path.node),
  );
  const serving = new Set(sites.flatMap(({ kind, path }) => (SERVING.has(kind) ? [path.node] : [])));
  const reads = stores
    .filter(({ access, family }) => access.operation === 'get' && family === 'refresh')
    .map(({ path }) => path);
  const found = client.files.flatMap((file) => {
    const handed = [
      ...handedRenewals(sources, file, forgetting),
      ...exchangeRenewals(sources, file, forgetting),
    ];
    const unless =
      (others: readonly Renewal[]) =>
      ({ call }: Renewal) =>
        !others.some((one) => isGone(one, call));
    const branches = [...handed, ...renewalsIn(sources, file, forgetting).filter(unless(handed))];
    const cases = renewalsInCases(sources, file, forgetting).filter(unless(branches));
    const retries = [...branches, ...cases];
    const ahead = [...renewedAhead(sources, file, serving), ...renewalTimers(sources, file)];
    return [...retries, ...ahead.filter(({ call }) => !retries.some((one) => isGone(one, call)))];
  });
  // What nobody calls any more asks for nothing; and what is not asked any more may leave others without a caller.
  const idle = idleRenewals(sources, client.files, found, reads);
  const asked = askedIn(sources, client, stores, sites, [...found, ...idle]);
  const done = [...found, ...idle, ...asked];
  const renewals = asked.length ? [...done, ...idleRenewals(sources, client.files, done, reads)] : done;
  if (!renewals.length) return [...sites];
  const left = sites.map((site): Site => {
    const gone = renewals.some((renewal) => renewal.file === site.file && isGone(renewal, site.path));
    if (!gone) return site;
    const { role, family, evidence, file, path } = site;
    return { kind: 'renewed', role, family, evidence, file, path };
  });
  const renewing = renewals.map(
    (renewal): RenewSite => ({
      role: 'renew',
      kind: 'renewal',
      family: 'refresh',
      evidence: 'a new token is asked for here',
      file: renewal.file,
      path: renewal.call,
      renewal,
    }),
  );
  return [...left, ...renewing];
}

/** Where the refresh token that the browser keeps goes for a new token, and for no request. */
function askedIn(
  sources: Sources,
  { files, places }: BrowserClient,
  stores: readonly StoreSite[],
  sites: readonly Site[],
  gone: readonly Renewal[],
): Asked[] {
  if (!places.some(({ family }) => family === 'refresh')) return [];
  const of = (operation: string) =>
    new Set(stores.filter(({ access }) => access.operation === operation).map(({ path }) => path.node));
  const kept: KeptHere = {
    names: new Set(places.map(({ field, key }) => field ?? key)),
    reads: of('get'),
    stores: of('set'),
    handled: sites.flatMap(({ kind, path }) =>
      kind === 'browser-decode' || kind === 'header' ? [path] : [],
    ),
  };
  return files.flatMap((file) => askedRenewals(sources, file, gone, kept));
}

/** The conditions on a request that was refused which only lead to the login page. */
export function refusalSites({ files, kept }: BrowserClient): RefusalSite[] {
  // What libraries keep is forgotten where it is cleared.
  const clears = kept.flatMap((one) => one.clears);
  return files.flatMap((file) =>
    bareRefusals(file)
      .filter((branch) => !clears.some(({ path }) => path.isDescendant(branch)))
      .map(
        (branch): RefusalSite => ({
          role: 'guard',
          kind: 'refusal',
          family: 'session',
          evidence: 'a request was refused because nobody is logged in',
          file,
          path: branch,
          branch,
        }),
      ),
  );
}
