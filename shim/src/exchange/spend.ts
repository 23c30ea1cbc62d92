import type { AcceptedToken } from '../acceptance/acceptance.js';
import type { Visit } from '../request/visit.js';
import { type Login, prolonged, recordLogin, seconds } from '../session/login.js';
import { loginOf } from '../session/sessions.js';
import type { LegacySettings } from '../settings/settings.js';
import { claim } from './kept-anew.js';
import { isLoggedOut } from './ledger.js';
import { isRevoked } from './open.js';

/** How many older tokens a session remembers; more of them cost one look into the ledger each time. */
const REMEMBERED = 8;
/** No browser keeps a cookie for longer. */
const LONGEST = 400 * 24 * 60 * 60;

/**
 * A session came back by its cookie: the tokens that it came from are spent, and so are others of its user that
 * came beside it.
 */
export async function settleSpending(visit: Visit, legacy: LegacySettings): Promise<void> {
  const { req, shop } = visit;
  const login = loginOf(req.session);
  if (!login) return;
  const beside = strangersTo(login, visit);
  let settled = await joined(login, visit, legacy);
  if (legacy.once) {
    for (const token of beside) if (!token.refresh) await shop.ledger.spend(token, req.session.id);
    settled = await withSpent(settled, visit);
  }
  if (settled !== login) recordLogin(req.session, settled);
}

/** A token has just become, or renewed, the session: a refresh token beside it belongs to the session too. */
export async function joinRefreshToken(visit: Visit, legacy: LegacySettings): Promise<void> {
  const login = visit.refreshing && loginOf(visit.req.session);
  if (!login) return;
  const together = await joined(login, visit, legacy);
  if (together !== login) recordLogin(visit.req.session, together);
}

/**
 * The login with what the tokens that came beside it add: a refresh token, or one that lives longer, prolongs it.
 * They lead to this session from now on, unless they have led to another one.
 */
async function joined(login: Login, visit: Visit, legacy: LegacySettings): Promise<Login> {
  const { req, shop } = visit;
  let all = login;
  for (const token of strangersTo(login, visit)) {
    const entry = await claim(token, req.session.id, 'made', shop, legacy, req);
    const ours = entry.session === req.session.id && !isLoggedOut(entry);
    const counts = ours && !(await isRevoked(token, shop, legacy, req));
    const until = Math.min(token.payload.exp ?? 0, seconds() + LONGEST);
    const before = token.refresh && counts ? all.refresh?.hash : token.hash;
    all = {
      ...all,
      ...(token.refresh && counts ? { refresh: { hash: token.hash, ends: token.ends } } : {}),
      older: [...(all.older ?? []), ...(before === undefined ? [] : [before])].slice(-REMEMBERED),
      exp: counts ? prolonged(all, until) : all.exp,
    };
  }
  return all;
}

async function withSpent(login: Login, { req, shop }: Visit): Promise<Login> {
  const { token, refresh } = login;
  const due = [token, refresh].flatMap((one) => (one && !one.spent ? [one] : []));
  if (due.length === 0) return login;
  for (const one of due) await shop.ledger.spend(one, req.session.id);
  return {
    ...login,
    ...(token ? { token: { ...token, spent: true } } : {}),
    ...(refresh ? { refresh: { ...refresh, spent: true } } : {}),
  };
}

/** Tokens of the request that the session does not know yet. */
function strangersTo(login: Login, { token, refreshing }: Visit): readonly AcceptedToken[] {
  const known = [login.token?.hash, login.refresh?.hash, ...(login.older ?? [])];
  return [token, refreshing].flatMap((one) => (one && !known.includes(one.hash) ? [one] : []));
}
