// https://developer.mozilla.org/en-US/docs/Web/API/RequestInit#credentials
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { withProperty } from '../edit/options.js';
import { quoted, styleOf } from '../edit/style.js';
import { propertyIn } from '../project/browser/requests.js';
import type { Project } from '../project/project.js';
import type { CredentialsSite } from '../project/site.js';
import { endOf } from '../project/source.js';
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
  if (isSaid(site, project)) return { action: 'kept', reason: 'it sends cookies already' };
  return withCredentials(site)
    ? { action: 'rewritten', reason: 'the cookie of the session goes to the other origin too' }
    : {
        action: 'manual',
        reason: 'the options of this request are not in sight',
        todo: `Send it with ${site.request.client === 'fetch' ? "credentials: 'include'" : 'withCredentials: true'}.`,
      };
}

function isSaid({ request, file }: CredentialsSite, { sources }: Project): boolean {
  if (request.client === 'superagent')
    return /^\s*\.withCredentials\(/.test(file.text.slice(endOf(request.path.node)));
  const options = request.instance ? request.instance.get('arguments')[0] : request.options;
  const name = request.client === 'fetch' ? 'credentials' : 'withCredentials';
  return Boolean(options && propertyIn(sources, options, name));
}

function withCredentials({ request, file }: CredentialsSite): Edit[] | undefined {
  const { path, client, instance } = request;
  if (client === 'superagent') {
    const at = endOf(path.node);
    return [{ file: file.path, start: at, end: at, text: '.withCredentials()', stays: true }];
  }
  const style = styleOf(file.text);
  const call = instance ?? path;
  const property = client === 'fetch' ? `credentials: ${quoted(style, 'include')}` : 'withCredentials: true';
  return withProperty(file, call, instance ? 0 : request.optionsIndex, property);
}

function edit(site: CredentialsSite, decision: Decision): readonly Edit[] {
  return decision.action === 'rewritten' ? (withCredentials(site) ?? []) : [];
}

export default alone('client/credentials', rule);
export const parser = 'tsx';
