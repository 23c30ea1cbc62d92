import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { AcceptedToken } from '../acceptance/acceptance.js';
import type { Counting } from '../counters/counting.js';
import type { Ledger } from '../exchange/ledger.js';
import type { Ends } from '../session/ends.js';
import type { ExpressStore } from '../session/express-store.js';
import type { Sessions } from '../session/sessions.js';
import type { Settings } from '../settings/settings.js';

/** What one `cutover()` works with. */
export interface Shop {
  readonly settings: Settings;
  readonly sessions: Sessions;
  readonly ledger: Ledger;
  readonly express: ExpressStore;
  readonly ends: Ends;
  readonly counting: Counting;
}

/** Why a request has no session: what clients of JWTs tell apart. */
export type Lack = 'absent' | 'expired' | 'forged' | 'invalid' | 'shapeless';

/** What the shim knows of a request that is being served. */
export interface Visit {
  readonly shop: Shop;
  readonly req: Request;
  readonly res: ServerResponse;
  lack: Lack;
  /** A token that is no longer good, or a marker, came: somebody believes to be logged in. */
  presented: boolean;
  /** The same, refresh tokens included: they come with every request, and are meant for one route. */
  renewing: boolean;
  /** A session was there until this request ended it. */
  ended: boolean;
  /** Nothing came but the trace of a session that is over. */
  over: boolean;
  /** What becomes of the trace: a client that lives by the cookie from now on is left one, a logout takes it. */
  trace: 'left' | 'taken' | undefined;
  /** What came once was good: it was logged out, taken back, or its session is over. */
  takenBack: boolean;
  /** A legacy token that came with the request and would have been let in. */
  token: AcceptedToken | undefined;
  /** A refresh token of the same user that came beside it. */
  refreshing: AcceptedToken | undefined;
  /** Tokens that came with the request, which has logged them out. */
  readonly loggedOut: AcceptedToken[];
  /** The id that express-session gave the request, to tell a session that was made anew from it. */
  firstId: string | undefined;
  /** What the response head waits for. */
  readonly pending: Promise<unknown>[];
  /** Sessions that end when the one that replaces them is stored. */
  readonly replaced: { readonly id: string; readonly user: string | undefined }[];
  /** The client keeps no cookies and has a handle to its session. */
  byHandle: boolean;
  /** The cookie that came is that of a session which is there: a logout here may take it back. */
  cameByCookie: boolean;
  /** The session's cookie is taken from the client, unless a new one is set. */
  clearCookie: boolean;
  /** The answer goes to a page that must not be given the session's cookie. */
  cookieless: boolean;
  /** Neither is whoever has sent a token, as long as the answer has no marker and nothing else needs the cookie. */
  withheld: boolean;
  /** The session has ended while it was being used here: its cookie must not be set again. */
  gone: boolean;
}

const visits = new WeakMap<IncomingMessage, Visit>();
const current = new AsyncLocalStorage<Visit>();

/** Runs the rest of a request so that `currentRequest()` finds it. */
export function during(visit: Visit, run: () => void): void {
  visits.set(visit.req, visit);
  current.run(visit, run);
}

/** The visit of the request being served, if any. */
export function currentVisit(): Visit | undefined {
  return current.getStore();
}

/** @throws when `cutover` has not seen the request */
export function visitOf(req: IncomingMessage, caller: string): Visit {
  const visit = visits.get(req);
  if (visit) return visit;
  throw new Error(
    `${caller}: this request has not passed cutover(): app.use(cutover(…)) must come before this route`,
  );
}

export function hasVisit(req: IncomingMessage): boolean {
  return visits.has(req);
}
