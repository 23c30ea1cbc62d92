import type { IncomingMessage } from 'node:http';
import { openedSocket } from '../request/opened-sockets.js';
import { type Lack, visitOf } from '../request/visit.js';
import type { SessionClaims } from '../settings/options.js';
import { inWordsOf } from './error-words.js';
import { SessionAbsentError, SessionExpiredError, SessionInvalidError } from './errors.js';
import { claimsOf, type Login } from './login.js';
import { loginOf } from './sessions.js';

/** The claims of the session that serves the request, with `iat` and `exp`; `undefined` for a guest. */
export function sessionClaims<Claims = SessionClaims>(
  req: IncomingMessage,
): (SessionClaims & Claims) | undefined;
export function sessionClaims(req: IncomingMessage): SessionClaims | undefined {
  const login = loginServing(req, 'sessionClaims');
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

/** The login of the session that serves a request, or of whoever opened the socket that it opened. */
function loginServing(req: IncomingMessage, caller: string): Login | undefined {
  const socket = openedSocket(req);
  return socket ? socket.login : loginOf(visitOf(req, caller).req.session);
}

function errorFor(req: IncomingMessage): Error {
  const { lack, shop } = openedSocket(req) ?? visitOf(req, 'requireSession');
  const login = loginServing(req, 'requireSession');
  const { errors } = shop.settings;
  if (login) return inWordsOf(errors, 'expired', new SessionExpiredError(new Date(login.exp * 1000)));
  return inWordsOf(errors, lack, errorOf(lack));
}

function errorOf(lack: Lack): Error {
  switch (lack) {
    case 'expired':
      return new SessionExpiredError();
    case 'forged':
      return new SessionInvalidError('invalid signature');
    case 'shapeless':
      return new SessionInvalidError('jwt malformed');
    case 'invalid':
      return new SessionInvalidError();
    case 'absent':
      return new SessionAbsentError();
  }
}
