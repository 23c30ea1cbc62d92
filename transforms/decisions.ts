import { frameworkAdvice, otherFramework } from './project/frameworks.js';
import { checkObstacle, mintObstacle } from './project/obstacles.js';
import type { Project } from './project/project.js';
import { purposesAt } from './project/purposes.js';
import { requestAt } from './project/requests.js';
import type { CheckSite, MintSite } from './project/site.js';
import { onlyTestsUse } from './project/tests-only.js';
import { READ_PLAINLY } from './project/token-origins.js';
import type { Decision } from './rule.js';

/** What is to become of a place that signs, whatever library signs there. */
export function mintDecision(site: MintSite, project: Project): Decision {
  const { family, evidence } = site;
  if (family === 'one-time')
    return { action: 'kept', reason: `a token that is used once is what a JWT is for: ${evidence}` };
  if (onlyTestsUse(project.sources, site.path))
    return { action: 'kept', reason: 'only tests call it: no login of the application does' };
  const obstacle = mintObstacle(site, project);
  if (obstacle)
    return {
      action: 'manual',
      reason: obstacle,
      todo: adviceInFramework(site, project) ?? adviceOnMint(site, obstacle),
    };
  if (family === 'refresh')
    return {
      action: 'rewritten',
      reason: 'one session does for both tokens: a marker stands in for this one',
    };
  if (requestAt(project.sources, site.path).how === 'current') {
    return {
      action: 'bridged',
      reason: 'no request is in scope here, so the session starts on the one being served',
    };
  }
  if (purposesAt(project.sources, site.path))
    return {
      action: 'rewritten',
      reason: `starts a session for the calls that are about logins: ${evidence}`,
    };
  return { action: 'rewritten', reason: `starts a session instead of signing a token: ${evidence}` };
}

/** A check of tokens that are no logins of this application, which is left as it is. */
export function checkThatStays({ family, evidence }: CheckSite): Decision | undefined {
  if (family === 'one-time')
    return { action: 'kept', reason: `it checks a token that is used once: ${evidence}` };
  return family === 'third-party'
    ? { action: 'kept', reason: `somebody else issues these tokens: ${evidence}` }
    : undefined;
}

/** What is to become of a place that checks, whatever library checks there. */
export function checkDecision(site: CheckSite, project: Project): Decision {
  const { evidence } = site;
  const kept = checkThatStays(site);
  if (kept) return kept;
  const obstacle = checkObstacle(site, project);
  if (obstacle)
    return {
      action: 'manual',
      reason: obstacle,
      todo: adviceInFramework(site, project) ?? adviceOnCheck(site, obstacle),
    };
  if (site.kind === 'decode') return { action: 'rewritten', reason: 'the session knows its claims' };
  if (requestAt(project.sources, site.path).how === 'current') {
    return {
      action: 'bridged',
      reason: 'no request is in scope here, so the session of the one being served is asked',
    };
  }
  if (purposesAt(project.sources, site.path))
    return {
      action: 'rewritten',
      reason: `the session is asked by the calls that are about logins: ${evidence}`,
    };
  return {
    action: 'rewritten',
    reason: 'the session is asked instead of the token; its errors bear the same names',
  };
}

const SHIM_NAMED = "from '@jwt-to-session/shim'";

function adviceInFramework({ file, role }: MintSite | CheckSite, { sources }: Project): string | undefined {
  const framework = otherFramework(sources, file);
  return framework && frameworkAdvice(framework, role);
}

const ONE_KIND =
  'Give all logins one key and a claim that says of which kind each is, let the checks ask for it, and run this again.';

const OWN_KEYS =
  'Give logins a class or a function of their own, which has their key, let the calls that are about logins use that one, and run this again.';

const NOT_FOLLOWED = /in a way that is not followed/;
const NAMED_ROW = `Let the login call startSession(req, claims) ${SHIM_NAMED} with that claim, the look-up take it off requireSession(req), and legacy.isRevoked(payload) of the session module do the same look-up for old tokens.`;

function adviceOnMint({ family }: MintSite, obstacle: string): string {
  const start = `startSession(req, claims, { expiresIn }) ${SHIM_NAMED}`;
  if (/^logins are told apart/.test(obstacle)) return ONE_KIND;
  if (/^several are made/.test(obstacle)) return OWN_KEYS;
  if (NOT_FOLLOWED.test(obstacle)) return READ_PLAINLY;
  if (/^a row is looked up/.test(obstacle)) return NAMED_ROW;
  if (/^a token is made for a socket/.test(obstacle))
    return `Let a route take the login and call ${start}; the socket then comes with the session's cookie.`;
  if (family === 'refresh')
    return `Once the login calls ${start}, take this token, where it is stored and the route that renews with it out together.`;
  if (family === 'session' && !/^the token is /.test(obstacle))
    return `Call ${start} in its place: the session cookie logs the user in.`;
  if (family === 'session')
    return `Let the login call ${start} and take the stored token out, with every place that looks it up: ending the session revokes it.`;
  return `If it logs users in, call ${start} here; if it is a token for something else, leave it and delete this comment.`;
}

function adviceOnCheck({ family }: CheckSite, obstacle: string): string {
  if (/^(?:a )?sockets? /.test(obstacle))
    return `Put io.use(socketCutover()) ${SHIM_NAMED} in front of what serves the sockets, and hand socket.request on as requests are: requireSession(req) answers for both.`;
  if (family === 'refresh')
    return `The session renews itself: when nothing stores or sends refresh tokens any more, let this route answer by requireSession(req) ${SHIM_NAMED} or remove it.`;
  if (/^logins are told apart/.test(obstacle)) return ONE_KIND;
  if (/^several are made/.test(obstacle)) return OWN_KEYS;
  if (NOT_FOLLOWED.test(obstacle)) return READ_PLAINLY;
  if (/^a row is looked up/.test(obstacle)) return NAMED_ROW;
  if (/express-openapi-validator/.test(obstacle))
    return `Describe the session as apiKey in a cookie, by the cookie's name, in securitySchemes, then ask requireSession(req) ${SHIM_NAMED} here: it returns the claims or throws.`;
  if (/errors read otherwise$/.test(obstacle))
    return `Put requireSession(req) ${SHIM_NAMED} in its place, and see to code that looks at the error: it is named and worded as jsonwebtoken's.`;
  if (family === 'session')
    return `Where a request is at hand, ask requireSession(req) ${SHIM_NAMED}: it returns the claims or throws.`;
  return 'If it lets users in, ask the session here; if it checks a token for something else, leave it and delete this comment.';
}
