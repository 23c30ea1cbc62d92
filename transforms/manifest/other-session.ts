// https://github.com/expressjs/session#sessionoptions
import type { NodePath } from '@babel/traverse';
import { alone } from '../alone.js';
import type { Application } from '../project/express/application.js';
import { keepsInCookie, otherSessions, sessionUse } from '../project/express/other-session.js';
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
    todo: adviceOn(application, path, project),
  };
}

const IN_ITS_PLACE =
  'and mount that in its place, behind cors() and what parses requests, and before passport.session() and the routes';

function adviceOn(application: Application, path: NodePath, { sources }: Project): string {
  const registration = application.registrations.find(({ call }) => call === path);
  if (!registration || !keepsInCookie(sources, registration))
    return `Hand its options to cutover() from @jwt-to-session/shim as \`session\`, ${IN_ITS_PLACE}.`;
  const use = sessionUse(sources, application);
  const lost = use
    ? `What browsers hold in the old cookie is lost then, and code counts on it (${use.file.path}:${use.line}): copy what must not be lost from the old cookie first. \`req.session = null\` becomes \`await endSession(req)\``
    : 'What browsers hold in the old cookie is lost then; no code here reads it, so that is a sign-in at another provider that is under way';
  return `Hand its keys to cutover() from @jwt-to-session/shim as \`session: { secret: keys }\`, ${IN_ITS_PLACE}. ${lost}.`;
}

export default alone('manifest/other-session', rule);
export const parser = 'tsx';
