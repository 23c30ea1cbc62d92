import type { Finding } from '../../words.js';
import type { Target } from '../browser/target.js';
import type { Project } from '../project.js';
import { at } from './at.js';

/** What follows for each target: how cookies come to go, and in which order the steps are deployed. */
const WORDS: Record<Target['kind'], Pick<Finding, 'severity' | 'title'> & { readonly follows: string }> = {
  'same-origin': {
    severity: 'note',
    title: 'Pages and API are of the same origin',
    follows:
      'Cookies go with every request by themselves. Deploy install first; client and server may follow in either order or together.',
  },
  'same-site': {
    severity: 'note',
    title: 'The API is on another origin of the same site',
    follows:
      "Requests are told to carry the cookie (credentials: 'include', withCredentials), and the server lets the pages' origin send it. Deploy in this order: install, client, server.",
  },
  'cross-site': {
    severity: 'error',
    title: 'The API is on another site than the pages',
    follows:
      'Browsers carry no session cookie there, so the steps client and server are not taken. Put both under one domain, such as app.example.com and api.example.com, or let the server of the pages pass the API on (a rewrite or proxy) and call it by addresses without a host; then run this again with --same-site. A cookie with SameSite=None would be one of a third party, which browsers block more and more, and open to requests from any page.',
  },
  unknown: {
    severity: 'warning',
    title: 'It is not in sight whether pages and API are of one site',
    follows:
      "If they are, requests carry the cookie (credentials: 'include', withCredentials): deploy install, client, server in this order. If they are not, put both under one domain or a proxy between before the step client: browsers carry no session cookie to another site. If that server is somebody else's, leave the client as it is: only who runs the server can put sessions in front of it.",
  },
  unseen: {
    severity: 'warning',
    title: 'It is not in sight where the API is',
    follows:
      "If the API is elsewhere, write its address into the call of adoptLegacyToken, and let requests to another origin carry the cookie (credentials: 'include', withCredentials). Deploy in this order: install, client, server.",
  },
};

/** Where the API of each browser application is, and what follows from it. */
export function targetFindings({ sites, sources, sameSite }: Project): Finding[] {
  return sites.flatMap((site): Finding[] => {
    if (site.kind !== 'client-entry' || site.client.hold?.action === 'kept') return [];
    const { kind, why } = site.client.target;
    const { severity, title, follows } = WORDS[kind];
    const told = kind === 'cross-site' && sameSite;
    const detail = told
      ? `The code says otherwise: ${why}. It was told by --same-site. ${WORDS['same-site'].follows}`
      : `${why.charAt(0).toUpperCase()}${why.slice(1)}. ${follows}`;
    return [
      {
        severity: told ? 'warning' : severity,
        title: told ? WORDS['same-site'].title : title,
        detail,
        ...(kind === 'cross-site' && !told ? { stops: true } : {}),
        ...at(sources, site.path),
      },
    ];
  });
}
