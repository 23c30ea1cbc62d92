import type { Finding } from '../../words.js';
import type { Project } from '../project.js';

/** Mobile applications keep no cookies: what the server has to give them in their place. */
export function mobileFindings({ sites }: Project): Finding[] {
  return sites.flatMap((site): Finding[] => {
    if (site.kind !== 'client-entry' || !site.client.hold?.mobile) return [];
    return [
      {
        severity: 'warning',
        title: 'A mobile application logs in here',
        detail:
          "It keeps what a login answers and sends it as a bearer token. Set bearer: true in the server's session module: a login is then answered with a handle of the session, which this application stores and sends as it did its token.",
        file: site.file.path,
      },
    ];
  });
}
