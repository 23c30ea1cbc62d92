// https://jwt.io/libraries
import { alone } from '../alone.js';
import { frameworkAdvice, otherFramework } from '../project/frameworks.js';
import type { Project } from '../project/project.js';
import type { ImportSite, LibraryCallSite } from '../project/site.js';
import { OTHER_LIBRARIES } from '../project/sites/other-libraries.js';
import type { Decision, Rule } from '../rule.js';

/** Libraries of which some calls are found only: what imports them is another rule's. */
const REWRITTEN = new Set(['jose', 'njwt', 'jwt-simple']);

/** Calls of JWT libraries that nothing here rewrites: found, and said what to do. */
export const rule: Rule<ImportSite | LibraryCallSite> = {
  step: 'server',
  hints: [...OTHER_LIBRARIES, 'jwtVerify', 'jwtSign'],
  knows: [],
  owns: (site): site is ImportSite | LibraryCallSite =>
    site.kind === 'library-call' ||
    (site.role === 'configure' &&
      site.kind === 'import' &&
      !REWRITTEN.has(site.library) &&
      OTHER_LIBRARIES.has(site.library)),
  decide,
  edit: () => [],
};

function decide(site: ImportSite | LibraryCallSite, { sources }: Project): Decision {
  const { library, family, evidence } = site;
  if (site.kind === 'import')
    return { action: 'kept', reason: `${library} is needed until what calls it has been moved` };
  if (family === 'one-time')
    return { action: 'kept', reason: `a token that is used once is what a JWT is for: ${evidence}` };
  if (family === 'third-party')
    return { action: 'kept', reason: `somebody else issues these tokens: ${evidence}` };
  const token = family === 'session' ? 'login token' : family === 'unknown' ? 'token' : `${family} token`;
  const reason = `a ${token} is ${site.role === 'mint' ? 'made' : 'checked'} here with ${library}`;
  return { action: 'manual', reason, todo: adviceOf(site, otherFramework(sources, site.file)) };
}

const SHIM_NAMED = "from '@jwt-to-session/shim'";

function adviceOf({ library, role }: LibraryCallSite, framework: string | undefined): string {
  const mint = role === 'mint';
  const other = /koa/.test(library) ? 'Koa' : /fastify/.test(library) ? 'Fastify' : framework;
  if (other)
    return `The session middleware is for Express. ${frameworkAdvice(other, mint ? 'mint' : 'check')}`;
  if (/socket/.test(library))
    return `The handshake carries the session cookie: ask sessionClaims(socket.request) ${SHIM_NAMED}.`;
  if (/nest/.test(library))
    return mint
      ? `Hand the request down to here and return startSession(request, claims, { expiresIn }) ${SHIM_NAMED} in its place.`
      : `Let the guard ask sessionClaims(request) ${SHIM_NAMED}: the claims of who is logged in, undefined for a guest.`;
  return mint
    ? `If users log in with it, put startSession(req, claims, { expiresIn }) ${SHIM_NAMED} in its place.`
    : `If users log in with it, put requireSession(req) ${SHIM_NAMED} in its place: it returns the claims or throws.`;
}

export default alone('server/other-library', rule);
export const parser = 'tsx';
