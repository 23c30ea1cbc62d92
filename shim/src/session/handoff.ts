import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { visitOf } from '../request/visit.js';
import { within } from '../response/unavailable.js';
import type { SessionClaims } from '../settings/options.js';
import { SessionAbsentError, SessionExpiredError, SessionInvalidError } from './errors.js';
import type { Login } from './login.js';
import { claimsOf } from './login.js';
import { loginOf } from './sessions.js';
import { startSession } from './start.js';

export interface HandoffOptions {
  /** The host that may redeem the ticket, as both sides name it: `shop.example.com`. */
  readonly audience: string;
  /**
   * What ties the ticket to one browser: a random value that the other host has put into a cookie of its own and
   * passed along. Without it somebody can send a user a link with a ticket, and have them use his account.
   */
  readonly state?: string;
}

interface Ticket {
  readonly audience: string;
  readonly state: string | null;
  readonly session: string;
  readonly login: Login;
}

/** How long a ticket lasts. */
const ONE_MINUTE = 60_000;
const LONGEST = 2000;

/**
 * A ticket that starts a session for this user on another host which shares the store: good once, for a minute,
 * for one audience.
 * @throws SessionAbsentError when the request has no session
 */
export async function issueHandoff(
  req: IncomingMessage,
  { audience, state }: HandoffOptions,
): Promise<string> {
  const { req: request, shop } = visitOf(req, 'issueHandoff');
  if (typeof audience !== 'string' || audience === '')
    throw new TypeError('issueHandoff: audience is missing: name the host that may redeem the ticket');
  const login = loginOf(request.session);
  if (!login) throw new SessionAbsentError();
  const ticket = randomBytes(32).toString('base64url');
  const held: Ticket = { audience, state: state ?? null, session: request.session.id, login };
  await within(LONGEST, shop.settings.session.store.put(nameOf(ticket), JSON.stringify(held), ONE_MINUTE));
  return ticket;
}

/**
 * Redeems a ticket: this host has a session for the same user, that ends no later than the other host's.
 * Whatever comes of it, the ticket is used up.
 * @returns the claims
 * @throws SessionInvalidError for a ticket that is unknown, used, or for somebody else; SessionExpiredError when
 *   the session it was issued from has ended
 */
export async function redeemHandoff(
  req: IncomingMessage,
  ticket: string,
  { audience, state }: HandoffOptions,
): Promise<SessionClaims> {
  const { shop } = visitOf(req, 'redeemHandoff');
  const text = await within(LONGEST, shop.settings.session.store.take(nameOf(String(ticket))));
  if (text === undefined) throw new SessionInvalidError();
  const held: Ticket = JSON.parse(text);
  if (held.audience !== audience || held.state !== (state ?? null)) throw new SessionInvalidError();
  if (!(await within(LONGEST, shop.sessions.read(held.session)))) throw new SessionExpiredError();
  startSession(req, claimsOf(held.login));
  return claimsOf(held.login);
}

/** The store knows a ticket by its hash alone. */
function nameOf(ticket: string): string {
  return `handoff:${createHash('sha256').update(ticket).digest('base64url')}`;
}
