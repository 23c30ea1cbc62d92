import { readCookie } from '../request/cookies.js';
import type { Visit } from '../request/visit.js';
import { seconds } from './login.js';
import { loginOf } from './sessions.js';

/**
 * What a browser keeps of a session that is over: a cookie beside the session's own, which opens nothing. The
 * session's cookie ends with the session, so without a trace nobody could tell "over" from "never there", as
 * every expired JWT did; and clients that log out on "expired" show an error on "nothing came".
 */
export function traceName(sessionName: string): string {
  return `${sessionName}-was-open`;
}

/** How long somebody may stay away and still be told. */
const THIRTY_DAYS = 30 * 24 * 60 * 60;
/** Browsers keep no cookie for longer. */
const LONGEST = 400 * 24 * 60 * 60;

/**
 * Whether the request came with nothing but a trace. Only reads are told so: a login must not fail for the one
 * before it.
 */
export function cameWithTrace({ req, shop }: Visit): boolean {
  const reads = req.method === 'GET' || req.method === 'HEAD';
  return reads && readCookie(req, traceName(shop.settings.session.name)) !== undefined;
}

/** For how many seconds the answer leaves a trace, if it does. */
export function traceLeft({ req, trace }: Visit): number | undefined {
  const login = trace === 'left' ? loginOf(req.session) : undefined;
  return login && Math.min(Math.max(0, login.exp - seconds()) + THIRTY_DAYS, LONGEST);
}

/** Whether the answer takes the trace back: after a logout, or when it tells the client that its session is over. */
export function takesTrace({ over, trace, res: { statusCode } }: Visit): boolean {
  const refuses = statusCode >= 300 && statusCode !== 304 && statusCode !== 404;
  return trace === 'taken' || (over && refuses);
}
