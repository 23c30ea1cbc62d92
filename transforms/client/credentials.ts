// https://developer.mozilla.org/en-US/docs/Web/API/RequestInit#credentials
import { alone } from '../alone.js';
import { sendsCredentials, withCredentials } from '../edit/credentials.js';
import type { Edit } from '../edit/edits.js';
import type { Project } from '../project/project.js';
import type { CredentialsSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** A request to another origin → `credentials: 'include'`, `withCredentials: true`. */
export const rule: Rule<CredentialsSite> = {
  step: 'client',
  hints: ['axios', 'fetch('],
  knows: [],
  owns: (site): site is CredentialsSite => site.kind === 'credentials',
  decide,
  edit,
};

function decide(site: CredentialsSite, project: Project): Decision {
  if (sendsCredentials(project, site)) return { action: 'kept', reason: 'it sends cookies already' };
  return withCredentials(project, site)
    ? { action: 'rewritten', reason: 'the cookie of the session goes to the other origin too' }
    : {
        action: 'manual',
        reason: 'the options of this request are not in sight',
        todo: `Send it with ${site.request.client === 'fetch' ? "credentials: 'include'" : 'withCredentials: true'}.`,
      };
}

function edit(site: CredentialsSite, decision: Decision, project: Project): readonly Edit[] {
  return decision.action === 'rewritten' ? (withCredentials(project, site) ?? []) : [];
}

export default alone('client/credentials', rule);
export const parser = 'tsx';
