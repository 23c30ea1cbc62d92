import type { IncomingMessage } from 'node:http';
import { judge, type Verdict } from '../acceptance/acceptance.js';
import { isFromElsewhere } from '../cross-origin.js';
import { isOver, isRevoked, loginFor } from '../exchange/open.js';
import { userOfMarker } from '../exchange/tokens-on-request.js';
import { whoWins } from '../exchange/who-wins.js';
import { signedCookies } from '../request/cookies.js';
import { allShops } from '../request/shops.js';
import type { Shop } from '../request/visit.js';
import { SessionAbsentError, SessionExpiredError, SessionInvalidError } from '../session/errors.js';
import { claimsOf, type Login } from '../session/login.js';
import { isMarker } from '../session/marker.js';
import { sessionOf } from '../session/session-of-cookies.js';
import { loginOf } from '../session/sessions.js';
import { within } from '../session/settle.js';
import type { SessionClaims } from '../settings/options.js';

const LONGEST = 2000;

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
    const found = await within(LONGEST, loginBehind(req, token, shop));
    if (!(found instanceof Error)) return claimsOf(found);
    if (!(found instanceof SessionAbsentError)) lack = found;
  }
  throw lack;
}

/** Who opens the socket, or why nobody does. */
async function loginBehind(
  req: IncomingMessage,
  token: string | undefined,
  shop: Shop,
): Promise<Login | Error> {
  const login = await loginOfCookie(req, shop);
  const verdict = token === undefined ? undefined : await verdictOn(token, req, shop);
  switch (whoWins(login, verdict)) {
    case 'session':
    case 'renewed':
      return login ?? new SessionAbsentError();
    case 'token':
      return loginOfToken(verdict, req, shop);
    default:
      return lackOf(verdict);
  }
}

/** A browser sends the cookie with whatever page opens a socket: pages of other origins have no session. */
async function loginOfCookie(req: IncomingMessage, { settings, sessions }: Shop): Promise<Login | undefined> {
  if (isFromElsewhere(req, settings.trustedOrigins)) return undefined;
  const { name, secrets } = settings.session;
  const named = await sessionOf(signedCookies(req, name, secrets), sessions);
  const login = named === 'ambiguous' ? undefined : loginOf(named.data);
  return login && login.exp * 1000 > Date.now() ? login : undefined;
}

async function verdictOn(
  token: string,
  req: IncomingMessage,
  { settings }: Shop,
): Promise<Verdict | undefined> {
  if (!settings.legacy) return undefined;
  if (isMarker(token)) return { refusal: 'marker', user: userOfMarker(token, settings) };
  return judge(token, { legacy: settings.legacy, user: settings.user }, req);
}

/** What the token stands for, unless it was taken back or has done its work. */
async function loginOfToken(
  verdict: Verdict | undefined,
  req: IncomingMessage,
  shop: Shop,
): Promise<Login | Error> {
  const { legacy } = shop.settings;
  const token = verdict?.accepted;
  if (!token || !legacy) return lackOf(verdict);
  if (await isRevoked(token, shop, legacy, req)) return new SessionInvalidError();
  const entry = await shop.ledger.find(token);
  const login = loginFor(token, shop, req.headers['user-agent']);
  if (!entry) return login;
  if (entry.state === 'revoked' || isOver(entry, legacy)) return new SessionExpiredError();
  const session = loginOf(await shop.sessions.read(entry.session));
  return session ?? (entry.state === 'claimed' ? login : new SessionExpiredError());
}

function lackOf(verdict: Verdict | undefined): Error {
  const refusal = verdict?.refusal;
  if (refusal === undefined) return new SessionAbsentError();
  if (refusal === 'expired' || refusal === 'window-closed') return new SessionExpiredError();
  return new SessionInvalidError(refusal === 'signature' ? 'invalid signature' : 'invalid token');
}
