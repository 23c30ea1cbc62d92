import type { IncomingMessage } from 'node:http';
import { type AcceptedToken, judge } from '../acceptance/acceptance.js';
import type { Shop, Visit } from '../request/visit.js';
import { within } from '../response/unavailable.js';
import { seconds } from '../session/login.js';
import type { LegacySettings } from '../settings/settings.js';
import type { Entry } from './ledger.js';

/** How long a logout waits for the application's look-up. */
const LONGEST = 1000;

/**
 * Leaves the refresh tokens that a request has logged out to the application, where it has taken them back itself:
 * a login within the same second makes the same token, letter for letter, and it is good once it is kept anew. One
 * that the application still takes stays refused, and so does one where its look-up fails.
 */
export async function leaveLoggedOut(visit: Visit): Promise<void> {
  const { shop, req } = visit;
  const { legacy } = shop.settings;
  if (!legacy) return;
  for (const token of visit.loggedOut.splice(0).filter(mayBeMadeAgain)) {
    const taken = await within(LONGEST, isTaken(token, shop, legacy, req)).catch(() => true);
    if (!taken) await shop.ledger.leave(token);
  }
}

/** Claims a token in the ledger; one that was left to the application only if that takes it now. */
export async function claim(
  token: AcceptedToken,
  session: string,
  state: Entry['state'],
  shop: Shop,
  legacy: LegacySettings,
  req: IncomingMessage,
): Promise<Entry> {
  const entry = await shop.ledger.claim(token, session, state);
  if (entry.state !== 'left') return entry;
  // Asked anew: what this request was told may be from before the logout.
  if (!(await isTaken(token, shop, legacy, req))) return { ...entry, state: 'revoked' };
  return shop.ledger.claimAnew(token, entry, session, state);
}

/** Whether a later login may be given the same token: it has the second in it in which it was made. */
function mayBeMadeAgain({ refresh, opaque, payload: { iat } }: AcceptedToken): boolean {
  return refresh && !opaque && (iat === undefined || iat >= seconds() - 1);
}

async function isTaken(
  { token }: AcceptedToken,
  { settings }: Shop,
  legacy: LegacySettings,
  req: IncomingMessage,
): Promise<boolean> {
  return (await judge(token, { legacy, user: settings.user }, req)).accepted !== undefined;
}
