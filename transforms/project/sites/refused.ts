import type { BrowserClient } from '../browser/client.js';
import { bareRefusals } from '../browser/refusals.js';
import type { RefusalSite, RenewSite } from '../browser/refused-site.js';
import { idleRenewals } from '../browser/renewal-functions.js';
import { handedRenewals } from '../browser/renewal-handlers.js';
import { renewalTimers } from '../browser/renewal-timers.js';
import { isGone, type Renewal, renewalsIn } from '../browser/renewals.js';
import { renewedAhead } from '../browser/renewals-ahead.js';
import type { Site, StoreSite } from '../site.js';
import type { Sources } from '../sources.js';

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
  const serving = new Set(
    sites.flatMap(({ kind, path }) => (kind === 'web-storage' || kind === 'header' ? [path.node] : [])),
  );
  const reads = stores
    .filter(({ access, family }) => access.operation === 'get' && family === 'refresh')
    .map(({ path }) => path);
  const found = client.files.flatMap((file) => {
    const handed = handedRenewals(sources, file, forgetting);
    const isHanded = ({ call }: Renewal) => handed.some((one) => isGone(one, call));
    const retries = [...handed, ...renewalsIn(sources, file, forgetting).filter((one) => !isHanded(one))];
    const ahead = [...renewedAhead(sources, file, serving), ...renewalTimers(sources, file)];
    return [...retries, ...ahead.filter(({ call }) => !retries.some((one) => isGone(one, call)))];
  });
  const renewals = [...found, ...idleRenewals(sources, client.files, found, reads)];
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
