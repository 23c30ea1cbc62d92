import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { shopsHere } from '../request/shops.js';
import { currentVisit, type Shop, type Visit, visitOf } from '../request/visit.js';
import { within } from '../response/unavailable.js';
import type { Login } from './login.js';
import { loginOf } from './sessions.js';

/** A session as `listSessions` shows it. */
export interface OpenSession {
  /** Names the session to a page and back; opens nothing. */
  readonly id: string;
  readonly created: Date;
  readonly lastSeen: Date;
  readonly expires: Date;
  readonly userAgent: string | undefined;
  /** Whether it is the one that serves the current request. */
  readonly current: boolean;
  /** Ends this one. */
  end(): Promise<void>;
}

/** How long the store may take over all sessions of a user. */
const LONGEST = 5000;

/**
 * Logs out: the session ends, the legacy token it came from opens nothing any more, the cookie is taken back.
 * The response waits until the store has done it, whether or not the promise is awaited.
 */
export function endSession(req: IncomingMessage): Promise<void> {
  const visit = visitOf(req, 'endSession');
  const ending = ended(visit);
  // The head waits for it and answers 503 when it fails; a caller that does not await it has nobody to tell.
  ending.catch(() => {});
  visit.pending.push(ending);
  return ending;
}

async function ended(visit: Visit): Promise<void> {
  const { req, shop, token, refreshing } = visit;
  const held = req.session;
  const login = loginOf(held);
  // A logout that was sent before a login, and is answered after it, must not take the new session's cookie: the
  // session it came with is not there any more then, and with it went the right to the cookie.
  visit.clearCookie = visit.cameByCookie;
  // Nor its trace, unless no session was named at all.
  if (visit.cameByCookie || visit.over || visit.lack === 'absent') visit.trace = 'taken';
  else visit.trace = undefined;
  visit.token = undefined;
  visit.refreshing = undefined;
  visit.lack = 'absent';
  // A logout that answers differently whoever came with nothing may ask after it.
  visit.renewing ||= login !== undefined || token !== undefined || refreshing !== undefined;
  visit.ended ||= login !== undefined;
  visit.presented = false;
  visit.over = false;
  // express-session stores nothing for a request without a session; a guest's takes its place.
  if (held) shop.express.makeGuest(req);
  visit.firstId = req.session?.id;
  visit.loggedOut.push(...[token, refreshing].flatMap((one) => one ?? []));
  const tokens = [login?.token, login?.refresh, token, refreshing].flatMap((one) => (one ? [one] : []));
  // The token first: a session that ends while its token still opens another has not ended.
  for (const one of tokens) await shop.ledger.revoke(one);
  if (held && (login || shop.express.isStored(held))) await shop.sessions.end(held.id, login?.user);
  if (login || tokens.length > 0)
    shop.settings.report({ type: 'ended', user: login?.user ?? token?.user ?? '' });
}

export interface EndAllOptions {
  /** The request whose own session goes on: after a change of password everybody else is out. */
  readonly except?: IncomingMessage;
}

/**
 * Logs a user out everywhere: all sessions, and all legacy tokens made up to now, exchanged or not.
 * @param userId as `options.user` names the user
 */
export async function endAllSessions(userId: string | number, { except }: EndAllOptions = {}): Promise<void> {
  const user = String(userId);
  const spared = except && visitOf(except, 'endAllSessions').req.session?.id;
  for (const { ledger, sessions, settings } of shopsHere('endAllSessions')) {
    await within(LONGEST, ledger.revokeAllOf(user));
    const ids = (await within(LONGEST, sessions.idsOf(user))).filter((id) => id !== spared);
    await within(LONGEST, Promise.all(ids.map((id) => sessions.end(id, user))));
    for (const _ of ids) settings.report({ type: 'ended', user });
  }
}

/** The sessions of a user that are open. */
export async function listSessions(userId: string | number): Promise<OpenSession[]> {
  const user = String(userId);
  const here = currentVisit()?.req.session?.id;
  const open = new Map<string, OpenSession>();
  for (const shop of shopsHere('listSessions')) {
    for (const id of await within(LONGEST, shop.sessions.idsOf(user))) {
      // Several cutovers of a process may share a store.
      const login = loginOf(await within(LONGEST, shop.sessions.read(id)));
      if (login) open.set(id, await shown(id, login, here, shop));
    }
  }
  return [...open.values()];
}

async function shown(
  id: string,
  login: Login,
  here: string | undefined,
  { sessions, ledger, settings }: Shop,
): Promise<OpenSession> {
  const created = new Date(login.iat * 1000);
  const seen = await within(LONGEST, sessions.seenAt(id));
  return {
    id: createHash('sha256').update(`shown:${id}`).digest('base64url').slice(0, 22),
    created,
    lastSeen: seen === undefined ? created : new Date(seen),
    expires: new Date(login.exp * 1000),
    userAgent: login.agent,
    current: id === here,
    async end() {
      for (const token of [login.token, login.refresh])
        if (token) await within(LONGEST, ledger.revoke(token));
      await within(LONGEST, sessions.end(id, login.user));
      settings.report({ type: 'ended', user: login.user });
    },
  };
}
