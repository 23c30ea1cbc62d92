// https://github.com/expressjs/session#sessionoptions
import { alone } from '../alone.js';
import { otherSessions } from '../project/express/other-session.js';
import type { Project } from '../project/project.js';
import type { OtherSessionSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';
import { readinessOf } from './readiness.js';

/** Session middleware that is there already: two of them can't serve one request, so the shim takes its place. */
export const rule: Rule<OtherSessionSite> = {
  step: 'install',
  hints: [],
  knows: [],
  owns: (site): site is OtherSessionSite => site.kind === 'other-session',
  decide,
  // Whoever mounts the shim writes it here: `manifest/mount`.
  edit: () => [],
};

function decide({ application, path }: OtherSessionSite, project: Project): Decision {
  const readiness = readinessOf(application, project);
  if (!otherSessions(project.sources, application).some(({ call }) => call === path))
    return { action: 'kept', reason: 'it works in whatever session serves the request' };
  if (readiness.state === 'ready')
    return { action: 'rewritten', reason: 'the shim serves req.session in its place, with its options' };
  return {
    action: 'manual',
    reason: 'this session middleware and the shim can not serve one request',
    todo: 'Hand its options to cutover() from @jwt-to-session/shim as `session`, and mount that in its place.',
  };
}

export default alone('manifest/other-session', rule);
export const parser = 'tsx';
