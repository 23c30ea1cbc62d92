// https://expressjs.com/en/api.html#res.clearCookie
import { alone } from '../alone.js';
import { before, statementAround, withoutLink } from '../edit/chains.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { requestText } from '../edit/request.js';
import { otherFramework } from '../project/frameworks.js';
import { mintObstacle } from '../project/obstacles.js';
import type { Project } from '../project/project.js';
import { requestAt } from '../project/requests.js';
import { type ClearCookieSite, isMint } from '../project/site.js';
import { setsCookie } from '../project/sites/responses.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `res.clearCookie('token')` → `endSession(req)`, which takes the session's own cookie back. */
export const rule: Rule<ClearCookieSite> = {
  step: 'server',
  hints: ['clearCookie', '.cookie(', 'Set-Cookie', 'set-cookie'],
  knows: [],
  owns: (site): site is ClearCookieSite => site.kind === 'clear-cookie',
  decide,
  edit,
};

function decide(site: ClearCookieSite, project: Project): Decision {
  const framework = otherFramework(project.sources, site.file);
  if (framework)
    return {
      action: 'manual',
      reason: `this server runs on ${framework}, and the session middleware is Express's`,
      todo: 'End the session of the framework here.',
    };
  if (isStillSent(site, project)) return { action: 'kept', reason: `the cookie ${site.name} is still sent` };
  if (site.through && isSeenTo(site, project))
    return { action: 'kept', reason: 'the session that ends or starts here sees to its own cookie' };
  if (isSentAsText(project) && isSeenTo(site, project))
    return { action: 'kept', reason: `a marker is still sent in the cookie ${site.name}` };
  if (
    (!site.through && !withoutLink(site.file, site.call)) ||
    (isFirst(site, project) && !isEnded(site, project) && !statementAround(site.call))
  )
    return {
      action: 'manual',
      reason: `the cookie ${site.name} is no longer there to be cleared`,
      todo: "Call endSession(req) from '@jwt-to-session/shim' before the answer is sent.",
    };
  if (isEnded(site, project))
    return { action: 'rewritten', reason: 'the session that ends here takes its own cookie back' };
  if (startsAnother(site, project))
    return { action: 'rewritten', reason: 'a new session replaces the one before by itself' };
  return { action: 'rewritten', reason: 'ends the session, on the server too' };
}

function edit(site: ClearCookieSite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file, call } = site;
  const link = site.through || isSentAsText(project) ? undefined : withoutLink(file, call);
  const statement = statementAround(call);
  if (isSeenTo(site, project) || !statement) return link ? [link] : [];
  const request = requestText(project, file, requestAt(project.sources, call));
  const name = localName(file, SHIM, 'endSession');
  const text = `${name.local}(${request.text})`;
  const needs = [name, ...request.needs];
  // What is called may do more than send the cookie.
  if (!link) return [{ ...before(file, statement, text), needs }, ...request.edits];
  const whole = link.start <= startOf(call.node);
  return whole
    ? [{ file: file.path, start: startOf(call.node), end: endOf(call.node), text, needs }, ...request.edits]
    : [{ ...before(file, statement, text), needs }, link, ...request.edits];
}

/** Whether the session is ended or replaced here by something else. */
function isSeenTo(site: ClearCookieSite, project: Project): boolean {
  return !isFirst(site, project) || isEnded(site, project) || startsAnother(site, project);
}

/** Whether the cookie of this name goes on being sent, because what makes its token stays. */
function isStillSent(site: ClearCookieSite, project: Project): boolean {
  return project.sites.some(
    (other) =>
      other.kind === 'response' &&
      other.name === site.name &&
      mintObstacle(other.mint, project) !== undefined,
  );
}

/** Whether a text that is put together elsewhere is sent as a cookie: a marker stays in it, to be cleared as before. */
function isSentAsText({ sites }: Project): boolean {
  return sites.some(
    (other) =>
      other.kind === 'response' &&
      other.how === 'header' &&
      other.call.isCallExpression() &&
      setsCookie(other.call),
  );
}

/** One call ends the session, however many cookies a logout clears. */
function isFirst(site: ClearCookieSite, { sites }: Project): boolean {
  const owner = site.path.getFunctionParent()?.node;
  return (
    sites.find((other) => other.kind === 'clear-cookie' && other.path.getFunctionParent()?.node === owner) ===
    site
  );
}

/** Whether the function ends the session by itself: as a logout route does since `install`. */
function isEnded({ file, path }: ClearCookieSite, { sites, steps }: Project): boolean {
  const owner = path.getFunctionParent();
  return Boolean(
    owner &&
      (textOf(file, owner.node).includes('endSession(') ||
        (steps.includes('install') &&
          sites.some((other) => other.kind === 'logout-route' && other.path.node === owner.node))),
  );
}

/** Whether the function logs in or renews: then the cookie is cleared to be set anew. */
function startsAnother(site: ClearCookieSite, { sites }: Project): boolean {
  const owner = site.path.getFunctionParent();
  return Boolean(
    owner &&
      sites.some((other) => (isMint(other) || other.kind === 'response') && other.path.isDescendant(owner)),
  );
}

export default alone('server/clear-cookie', rule);
export const parser = 'tsx';
