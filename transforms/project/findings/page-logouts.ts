import type { Finding } from '../../words.js';
import type { BrowserClient } from '../browser/client.js';
import type { Project } from '../project.js';
import { textOf } from '../source.js';
import { at } from './at.js';

/** Part of an address that a server logs out at. */
const OUT = /log-?out|log-?off|sign-?out|sessions?\b/i;

/** Pages that log out by forgetting their token know nothing of the cookie which goes with their requests from `install` on. */
export function pageLogoutFindings({ sites, sources }: Project): Finding[] {
  return sites.flatMap((entry): Finding[] => {
    if (entry.kind !== 'client-entry' || entry.client.target.kind !== 'same-origin') return [];
    const { client } = entry;
    if (client.hold?.action === 'kept' || tellsServer(client)) return [];
    const forgotten = sites.find(
      (site) =>
        site.kind === 'web-storage' &&
        site.family === 'session' &&
        ['remove', 'clear'].includes(site.access.operation) &&
        client.files.includes(site.file),
    );
    if (!forgotten) return [];
    return [
      {
        severity: 'note',
        title: 'Pages log out by forgetting their token alone',
        detail:
          "From install until client is deployed such a logout leaves the session's cookie behind. If these pages ask the server something without a token as well, and show by the answer who is there, a reload logs in again. Deploy client soon after install, or write cookieWith: 'markers' into the session module until client is deployed: then these pages get no cookie, and users are carried over by their stored token alone.",
        ...at(sources, forgotten.path),
      },
    ];
  });
}

function tellsServer({ requests }: BrowserClient): boolean {
  return requests.some(({ file, url }) => url && OUT.test(textOf(file, url.node)));
}
