// https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Authorization
import { alone } from '../alone.js';
import { withoutTokenHeader } from '../edit/credentials.js';
import type { Edit } from '../edit/edits.js';
import { withoutParameter } from '../edit/parameters.js';
import { idleParameters } from '../project/browser/passing.js';
import {
  isConnectionParam,
  OPENS_OTHER_SOCKET,
  opensSocket,
  opensWebSocket,
  socketsTakeCookies,
} from '../project/browser/sockets.js';
import { ADDRESS_WORDS } from '../project/browser/token-addresses.js';
import type { Project } from '../project/project.js';
import type { AttachSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** The header or the parameter that carries a login token → nothing: the browser sends the session's cookie by itself. */
export const rule: Rule<AttachSite> = {
  step: 'client',
  hints: [
    'uthorization',
    'x-access-token',
    'x-auth-token',
    'X-Access-Token',
    'X-Auth-Token',
    ...ADDRESS_WORDS,
  ],
  knows: [],
  owns: (site): site is AttachSite => site.kind === 'header',
  decide,
  edit,
};

function decide(site: AttachSite, project: Project): Decision {
  if (site.family !== 'session') return { action: 'kept', reason: site.evidence };
  if (isConnectionParam(site.path) && !socketsTakeCookies(project)) return OPENS_OTHER_SOCKET;
  if (opensSocket(project.sources, site.path) && !socketsTakeCookies(project))
    return { action: 'kept', reason: 'it goes with the token that opens the socket' };
  if (isForWebSocket(site, project) && !socketsTakeCookies(project)) return OPENS_OTHER_SOCKET;
  if (!withoutTokenHeader(project, site))
    return {
      action: 'manual',
      reason: `${site.evidence}, in a form that can't be taken out by itself`,
      todo: `Send the request without this ${site.attached.form === 'address' ? 'parameter' : 'header'}; the session cookie goes with it.`,
    };
  return {
    action: 'rewritten',
    reason: `${site.attached.header} goes: the session's cookie takes its place`,
  };
}

function isForWebSocket({ attached: { form, path } }: AttachSite, { sources }: Project): boolean {
  return form === 'address' && opensWebSocket(sources, path);
}

function edit(site: AttachSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const parameters = idleParameters(project, site).flatMap((one) => withoutParameter(project.sources, one));
  return [...(withoutTokenHeader(project, site) ?? []), ...parameters];
}

export default alone('client/token-header', rule);
export const parser = 'tsx';
