import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { type AcceptedToken, isRevokedByApplication } from '../acceptance/acceptance.js';
import type { Refusal } from '../events.js';
import type { Shop } from '../request/visit.js';
import { type Login, recordLogin, seconds, storable } from '../session/login.js';
import type { LegacySettings } from '../settings/settings.js';
import { claim } from './kept-anew.js';
import { type Entry, isLoggedOut } from './ledger.js';

/** The session that a token leads to, or why to none. */
export type Opened =
  | { readonly id: string; readonly data: SessionData; readonly fresh: boolean; readonly refusal?: undefined }
  | { readonly id?: undefined; readonly refusal: Refusal };

const THIRTY_DAYS = 30 * 24 * 60 * 60;

/**
 * Exchanges a token: claims it in the ledger, makes the session that the ledger names, finishes the entry.
 * Whoever comes with the same token meanwhile, or after a crash at any point, ends in the same session. Nothing
 * of it reaches the client before all of it is stored.
 * @param req holds the empty session that becomes the token's if nobody was first
 * @param guest what the application kept in the session of the guest who turns out to be this user
 */
export async function open(
  token: AcceptedToken,
  shop: Shop,
  legacy: LegacySettings,
  req: Request,
  guest: object,
): Promise<Opened> {
  if (await isRevoked(token, shop, legacy, req)) return { refusal: 'revoked' };
  const entry = await claim(token, req.sessionID, 'claimed', shop, legacy, req);
  if (isLoggedOut(entry)) return { refusal: 'revoked' };
  if (isOver(entry, legacy)) return { refusal: 'spent' };
  if (entry.state !== 'claimed') {
    const data = await shop.sessions.read(entry.session);
    return data ? { id: entry.session, data, fresh: false } : { refusal: 'ended' };
  }

  Object.assign(req.session, guest);
  const made = sessionFor(token, shop, req);
  const first = await shop.sessions.make(entry.session, made);
  const finished = await shop.ledger.finish(token, entry);
  const loggedOut = isLoggedOut(finished) || (await isOfAllRevoked(token, shop));
  if (loggedOut) {
    await shop.sessions.end(entry.session, token.user);
    return { refusal: 'revoked' };
  }
  const data = first ? made : await shop.sessions.read(entry.session);
  return data ? { id: entry.session, data, fresh: first } : { refusal: 'ended' };
}

/**
 * Lets a user's newer token renew the session that it came with. The token belongs to that session from then on,
 * unless it has opened another one already: then that one serves.
 */
export async function renew(
  token: AcceptedToken,
  sessionId: string,
  shop: Shop,
  legacy: LegacySettings,
  req: Request,
): Promise<Opened | 'renewed'> {
  if (await isRevoked(token, shop, legacy, req)) return { refusal: 'revoked' };
  const state = legacy.once ? 'spent' : 'made';
  const entry = await claim(token, sessionId, state, shop, legacy, req);
  if (isLoggedOut(entry)) return { refusal: 'revoked' };
  if (entry.session === sessionId) return 'renewed';
  if (isOver(entry, legacy)) return { refusal: 'spent' };
  const data = await shop.sessions.read(entry.session);
  return data ? { id: entry.session, data, fresh: false } : { refusal: 'ended' };
}

/** The login that a token stands for. */
export function loginFor(token: AcceptedToken, { settings }: Shop, agent: string | undefined): Login {
  const { absolute } = settings.session;
  const now = seconds();
  const limit = absolute === undefined ? undefined : now + Math.floor(absolute / 1000);
  const { exp, iat } = token.payload;
  // No later than the token itself would have; one without an end, or past it, lasts as new sessions do.
  const ends = exp !== undefined && exp > now ? exp : (limit ?? now + THIRTY_DAYS);
  return {
    user: token.user,
    claims: storable(token.claims),
    iat: Math.floor(iat ?? now),
    exp: Math.floor(limit === undefined ? ends : Math.min(ends, limit)),
    ...(limit === undefined ? {} : { limit }),
    token: { hash: token.hash, ends: token.ends },
    ...(agent === undefined ? {} : { agent: agent.slice(0, 200) }),
  };
}

function sessionFor(token: AcceptedToken, shop: Shop, req: Request): SessionData {
  const login = loginFor(token, shop, req.headers['user-agent']);
  recordLogin(req.session, login);
  return JSON.parse(JSON.stringify(req.session));
}

/** Whether a token has done its work. */
export function isOver({ state, since }: Entry, { once, grace }: LegacySettings): boolean {
  return once && state === 'spent' && Date.now() >= since + grace;
}

/** Whether the application or `endAllSessions` has taken a token back. */
export async function isRevoked(
  token: AcceptedToken,
  { ledger }: Shop,
  legacy: LegacySettings,
  req: IncomingMessage,
): Promise<boolean> {
  return (await isOfAllRevoked(token, { ledger })) || (await isRevokedByApplication(legacy, token, req));
}

/** Whether all of a user's tokens were taken back since it was made, which nobody can tell of an opaque one. */
async function isOfAllRevoked(
  { user, payload, opaque }: AcceptedToken,
  { ledger }: Pick<Shop, 'ledger'>,
): Promise<boolean> {
  return !opaque && (await ledger.isRevokedFor(user, payload.iat));
}
