import type { IncomingMessage } from 'node:http';
import { judge, type Verdict } from '../acceptance/acceptance.js';
import { isFromElsewhere } from '../cross-origin.js';
import type { Refusal } from '../events.js';
import { isLoggedOut } from '../exchange/ledger.js';
import { isOver, isRevoked, loginFor } from '../exchange/open.js';
import { userOfMarker } from '../exchange/tokens-on-request.js';
import { whoWins } from '../exchange/who-wins.js';
import { signedCookies } from '../request/cookies.js';
import type { Shop } from '../request/visit.js';
import { within } from '../response/unavailable.js';
import type { Login } from '../session/login.js';
import { isMarker } from '../session/marker.js';
import { sessionOf } from '../session/session-of-cookies.js';
import { loginOf } from '../session/sessions.js';

const LONGEST = 2000;

/** Who opens a socket, or why nobody does. */
export interface SocketLogin {
  readonly login?: Login | undefined;
  /** Why the token that came is not the one that speaks, if it is not. */
  readonly refusal?: Refusal | undefined;
  /** The session that the cookie names, open or over. */
  readonly sessionId?: string | undefined;
}

/** @throws when the store does not answer */
export function socketLogin(
  req: IncomingMessage,
  token: string | undefined,
  shop: Shop,
): Promise<SocketLogin> {
  return within(LONGEST, loginBehind(req, token, shop));
}

async function loginBehind(
  req: IncomingMessage,
  token: string | undefined,
  shop: Shop,
): Promise<SocketLogin> {
  const { login, sessionId } = await loginOfCookie(req, shop);
  const verdict = token === undefined ? undefined : await verdictOn(token, req, shop);
  switch (whoWins(login, verdict)) {
    case 'session':
    case 'renewed':
      return { login, refusal: verdict?.refusal, sessionId };
    case 'token':
      return loginOfToken(verdict, req, shop);
    default:
      return { refusal: verdict?.refusal, sessionId };
  }
}

/** A browser sends the cookie with whatever page opens a socket: pages of other origins have no session. */
async function loginOfCookie(
  req: IncomingMessage,
  { settings, sessions }: Shop,
): Promise<Pick<SocketLogin, 'login' | 'sessionId'>> {
  if (isFromElsewhere(req, settings.trustedOrigins)) return {};
  const { name, secrets } = settings.session;
  const named = await sessionOf(signedCookies(req, name, secrets), sessions);
  if (named === 'ambiguous') return {};
  const login = loginOf(named.data);
  return {
    login: login && login.exp * 1000 > Date.now() ? login : undefined,
    sessionId: named.cookie?.id,
  };
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
): Promise<SocketLogin> {
  const { legacy } = shop.settings;
  const token = verdict?.accepted;
  if (!token || !legacy) return { refusal: verdict?.refusal };
  if (await isRevoked(token, shop, legacy, req)) return { refusal: 'revoked' };
  const entry = await shop.ledger.find(token);
  const login = loginFor(token, shop, req.headers['user-agent']);
  if (!entry) return { login };
  if (isLoggedOut(entry)) return { refusal: 'ended' };
  if (isOver(entry, legacy)) return { refusal: 'spent' };
  const session = loginOf(await shop.sessions.read(entry.session));
  if (session) return { login: session, sessionId: entry.session };
  return entry.state === 'claimed' ? { login } : { refusal: 'ended' };
}
