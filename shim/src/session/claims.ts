import type { IncomingMessage } from 'node:http';
import { visitOf } from '../request/visit.js';
import type { SessionClaims } from '../settings/options.js';
import { SessionAbsentError, SessionExpiredError, SessionInvalidError } from './errors.js';
import { claimsOf } from './login.js';
import { loginOf } from './sessions.js';

/** The claims of the session that serves the request, with `iat` and `exp`; `undefined` for a guest. */
export function sessionClaims<Claims = SessionClaims>(
  req: IncomingMessage,
): (SessionClaims & Claims) | undefined;
export function sessionClaims(req: IncomingMessage): SessionClaims | undefined {
  const { req: request } = visitOf(req, 'sessionClaims');
  const login = loginOf(request.session);
  return login && login.exp * 1000 > Date.now() ? claimsOf(login) : undefined;
}

type Verified<Claims> = (error: Error | null, claims?: Claims) => unknown;

/**
 * The claims, or an error that tells apart as jsonwebtoken's do whether nothing came, or something expired or
 * invalid. With a callback it is called as `jwt.verify` calls its own.
 * @throws SessionRequiredError (status 401) without a callback
 */
export function requireSession<Claims = SessionClaims>(req: IncomingMessage): SessionClaims & Claims;
export function requireSession<Claims = SessionClaims>(
  req: IncomingMessage,
  callback: Verified<SessionClaims & Claims>,
): void;
export function requireSession(
  req: IncomingMessage,
  callback?: Verified<SessionClaims>,
): SessionClaims | undefined {
  const claims = sessionClaims(req);
  if (callback) {
    if (claims) callback(null, claims);
    else callback(errorFor(req));
    return undefined;
  }
  if (claims) return claims;
  throw errorFor(req);
}

function errorFor(req: IncomingMessage): Error {
  const { lack, req: request } = visitOf(req, 'requireSession');
  const login = loginOf(request.session);
  if (login) return new SessionExpiredError(new Date(login.exp * 1000));
  if (lack === 'expired') return new SessionExpiredError();
  if (lack === 'forged') return new SessionInvalidError('invalid signature');
  if (lack === 'shapeless') return new SessionInvalidError('jwt malformed');
  return lack === 'invalid' ? new SessionInvalidError() : new SessionAbsentError();
}
