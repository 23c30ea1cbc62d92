import type { Finding } from '../../words.js';
import { mobileClients } from '../browser/mobile.js';
import type { Project } from '../project.js';

/** Mobile applications keep no cookies: what the server gives them in their place. */
export function mobileFindings({ sites }: Project): Finding[] {
  const served = sites.some(({ kind }) => kind === 'application');
  return mobileClients(sites).map((site) => ({
    severity: served ? 'note' : 'warning',
    title: `A ${site.client.hold?.desktop ? 'desktop' : 'mobile'} application logs in here`,
    detail: [
      'It keeps what a login answers and sends it as a bearer token, and goes on so: nothing has to change in it. A JWT that it holds is taken until the window closes.',
      served
        ? "The server's session module says bearer: true for it: a login is answered with a handle of the session, which it stores and sends as it did its token."
        : "Set bearer: true in the server's session module: a login is then answered with a handle of the session, which it stores and sends as it did its token.",
      'The handle is opaque: what it has decoded from its token it has to ask the server for.',
    ].join(' '),
    file: site.file.path,
  }));
}
