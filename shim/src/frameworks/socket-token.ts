import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../events.js';
import { signedCookies } from '../request/cookies.js';
import { allShops } from '../request/shops.js';
import { SessionAbsentError, SessionExpiredError, SessionInvalidError } from '../session/errors.js';
import { claimsOf } from '../session/login.js';
import type { SessionClaims } from '../settings/options.js';
import { socketLogin } from './socket-login.js';

type Verified<Claims> = (error: Error | null, claims?: Claims) => unknown;

/**
 * The claims of whoever opens a socket: those of the session whose cookie came with the upgrade request; until the
 * window closes also those of a login token that the client sent in another way, as `auth: { token }` of Socket.IO.
 * The token opens no session here, since no cookie can be set: it is exchanged by the first request of its page.
 * With a callback it is called as `jwt.verify` calls its own.
 * @param req `socket.request` of Socket.IO, the request of `upgrade`
 * @throws SessionRequiredError; other errors when the store does not answer
 */
export function requireSocketSession<Claims = SessionClaims>(
  req: IncomingMessage,
  token?: unknown,
): Promise<SessionClaims & Claims>;
export function requireSocketSession<Claims = SessionClaims>(
  req: IncomingMessage,
  token: unknown,
  callback: Verified<SessionClaims & Claims>,
): void;
export function requireSocketSession(
  req: IncomingMessage,
  token?: unknown,
  callback?: Verified<SessionClaims>,
): Promise<SessionClaims> | undefined {
  const asked = claimsFor(req, typeof token === 'string' && token !== '' ? token : undefined);
  if (!callback) return asked;
  // Called outside of the promise: what the callback throws is not the socket's refusal.
  asked.then(
    (claims) => process.nextTick(callback, null, claims),
    (error) => process.nextTick(callback, error),
  );
  return undefined;
}

/** Whether whoever opens a socket brings a session's cookie, or the token that is given. */
export function socketPresented(req: IncomingMessage, token?: unknown): boolean {
  if (token) return true;
  return [...allShops('socketPresented')].some(({ settings: { session } }) =>
    signedCookies(req, session.name, session.secrets).some(({ id }) => id !== undefined),
  );
}

async function claimsFor(req: IncomingMessage, token: string | undefined): Promise<SessionClaims> {
  let lack: Error = new SessionAbsentError();
  for (const shop of allShops('requireSocketSession')) {
    const { login, refusal } = await socketLogin(req, token, shop);
    if (login) return claimsOf(login);
    // Another cutover's keys have not signed it, which says little.
    const told = refusal !== 'signature' || lack instanceof SessionAbsentError;
    if (refusal !== undefined && told) lack = errorOf(refusal);
  }
  throw lack;
}

function errorOf(refusal: Refusal): Error {
  if (['expired', 'window-closed', 'spent', 'ended'].includes(refusal)) return new SessionExpiredError();
  return new SessionInvalidError(refusal === 'signature' ? 'invalid signature' : 'invalid token');
}
