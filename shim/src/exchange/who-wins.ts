import type { Verdict } from '../acceptance/acceptance.js';
import type { Login } from '../session/login.js';

/**
 * - `session`: the session serves the request.
 * - `token`: the token opens a session, or leads to the one it opened before.
 * - `renewed`: the same user's newer token; the session goes on with what it says.
 * - `nobody`: the request is a guest's.
 */
export type Winner = 'session' | 'token' | 'renewed' | 'nobody';

/**
 * Who serves a request that comes with a session, a token, or both. A session wins over the token that it came
 * from, over older ones of its user and over refresh tokens, which prolong it. A token of somebody else wins over the session, and where it opens
 * nothing (expired, spent) nobody is served: an old page may have logged one user out in the browser alone and
 * another one in, and must not be answered as the wrong one.
 */
export function whoWins(login: Login | undefined, verdict: Verdict | undefined): Winner {
  if (!verdict) return login ? 'session' : 'nobody';
  if (!login) return verdict.accepted ? 'token' : 'nobody';
  if (!verdict.accepted) {
    // A token that nobody has signed says nothing about who sent it.
    const somebodyElse = verdict.user !== undefined && verdict.user !== login.user;
    return somebodyElse ? 'nobody' : 'session';
  }
  const { user, hash, payload, refresh } = verdict.accepted;
  if (user !== login.user) return 'token';
  if (refresh) return 'session';
  if (hash === login.token?.hash || login.older?.includes(hash)) return 'session';
  return (payload.iat ?? 0) > login.iat ? 'renewed' : 'session';
}
