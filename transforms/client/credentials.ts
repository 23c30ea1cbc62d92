// https://developer.mozilla.org/en-US/docs/Web/API/RequestInit#credentials
import { alone } from '../alone.js';
import { sendsCredentials, withCredentials } from '../edit/credentials.js';
import type { Edit } from '../edit/edits.js';
import { SENDING_WORDS } from '../project/browser/requests.js';
import type { Project } from '../project/project.js';
import type { CredentialsSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** A request to another origin → `credentials: 'include'`, `withCredentials: true`. */
export const rule: Rule<CredentialsSite> = {
  step: 'client',
  hints: SENDING_WORDS,
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
        reason:
          site.request.client === 'angular'
            ? 'the requests of HttpClient go to another origin, where no cookie goes by itself'
            : 'the options of this request are not in sight',
        todo: adviceOn(site),
      };
}

function adviceOn({ request: { client } }: CredentialsSite): string {
  if (client === 'jquery')
    return 'Call $.ajaxSetup({ xhrFields: { withCredentials: true } }) once at the start.';
  if (client === 'graphql-request')
    return "Send it with a GraphQLClient that is made with credentials: 'include'.";
  if (client === 'angular')
    return 'Let an interceptor send every request to the API as req.clone({ withCredentials: true }), before the login too.';
  if (client === 'axios') return 'Send it with withCredentials: true.';
  return "Send it with credentials: 'include'.";
}

function edit(site: CredentialsSite, decision: Decision, project: Project): readonly Edit[] {
  return decision.action === 'rewritten' ? (withCredentials(project, site) ?? []) : [];
}

export default alone('client/credentials', rule);
export const parser = 'tsx';
