import type { EntrySite, Site } from '../site.js';

/** The clients of a repository that run as applications of a phone, where no browser carries cookies. */
export function mobileClients(sites: readonly Site[]): EntrySite[] {
  return sites.filter(
    (site): site is EntrySite => site.kind === 'client-entry' && site.client.hold?.mobile === true,
  );
}
