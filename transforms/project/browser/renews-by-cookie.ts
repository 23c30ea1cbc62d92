import type { Project } from '../project.js';
import { textOf } from '../source.js';
import type { BrowserClient } from './client.js';
import { isRenewalCall } from './renewal-calls.js';
import { isGone } from './renewals.js';

/**
 * Whether a client goes on asking for a new login by a cookie that script can't read: then an old token that has
 * run out, or a session that has, still leads to the next one.
 */
export function renewsByCookie({ sites }: Project, client: BrowserClient): boolean {
  const { places, requests } = client;
  if (!places.length || places.some(({ family }) => family === 'refresh')) return false;
  const gone = sites.flatMap((site) => (site.kind === 'renewal' ? [site.renewal] : []));
  return requests.some(({ file, path, shared }) => {
    if (shared || !isRenewalCall(path)) return false;
    const [, ...given] = path.node.arguments;
    if (given.some((argument) => /refresh_?token/i.test(textOf(file, argument)))) return false;
    return !gone.some((renewal) => renewal.file === file && isGone(renewal, path));
  });
}
