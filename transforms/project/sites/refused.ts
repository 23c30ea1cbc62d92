import type { BrowserClient } from '../browser/client.js';
import { bareRefusals } from '../browser/refusals.js';
import type { RefusalSite, RenewSite } from '../browser/refused-site.js';
import { isGone, renewalsIn } from '../browser/renewals.js';
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
  const renewals = client.files.flatMap((file) => renewalsIn(sources, file, forgetting));
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
export function refusalSites({ files }: BrowserClient): RefusalSite[] {
  return files.flatMap((file) =>
    bareRefusals(file).map(
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
