import type { Visit } from '../request/visit.js';
import { seconds } from '../session/login.js';
import { loginOf } from '../session/sessions.js';
import type { LegacySettings } from '../settings/settings.js';

/** How many older tokens a session remembers; more of them cost one look into the ledger each time. */
const REMEMBERED = 8;

/**
 * A session came back by its cookie: the token that it came from is spent, and so are older ones of its user
 * that came beside it. A token that lives longer (a refresh token) prolongs the session.
 */
export async function settleSpending(visit: Visit, { once }: LegacySettings): Promise<void> {
  const { req, shop, token } = visit;
  const login = loginOf(req.session);
  if (!login) return;
  let changed = login;
  if (once && login.token && !login.token.spent) {
    await shop.ledger.spend(login.token, req.session.id);
    changed = { ...changed, token: { ...login.token, spent: true } };
  }
  const known = token && (token.hash === login.token?.hash || login.older?.includes(token.hash));
  if (token && !known) {
    if (once) await shop.ledger.spend(token, req.session.id);
    changed = { ...changed, older: [...(login.older ?? []), token.hash].slice(-REMEMBERED) };
  }
  const longer = token?.payload.exp ?? 0;
  if (longer > login.exp && shop.settings.session.absolute === undefined)
    changed = { ...changed, exp: Math.floor(Math.min(longer, seconds() + 400 * 24 * 60 * 60)) };
  if (changed !== login) req.session.sessionLogin = changed;
}
