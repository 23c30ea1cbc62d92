import type { Finding } from '../../words.js';
import type { Project } from '../project.js';
import { at } from './at.js';

/** Pages of several kinds that log in at one API, the shop and its administration say, have one cookie between them. */
export function clientFindings({ sources, sites }: Project): Finding[] {
  const entries = sites.flatMap((site) =>
    site.kind === 'client-entry' && site.client.hold?.action !== 'kept' ? [site] : [],
  );
  const [first, second] = entries;
  const servers = sites.filter(({ kind }) => kind === 'application').length;
  const apart = servers > 1 && new Set(entries.map(({ client }) => client.base.path)).size > 1;
  if (!first || !second || apart) return [];
  const names = entries.map(({ client }) => client.folder || '.').join(', ');
  return [
    {
      severity: 'warning',
      title: 'Several browser applications share one login',
      detail: `${names} each kept a token of their own. Where a browser opens more than one of them, the cookie of the session is the same for all: who logs in to one is logged in to the others, as that user, and who logs out of one is logged out of all. Let the server go on asking for the role; where two users are to be logged in side by side, give each application a host of its own.`,
      ...at(sources, second.path),
    },
  ];
}
