import type { SessionData } from 'express-session';
import type { SignedCookie } from '../request/cookies.js';
import { loginOf, type Sessions } from './sessions.js';

/** The cookie that names a session, and the session where it is still there. */
export interface NamedByCookie {
  readonly cookie?: SignedCookie | undefined;
  readonly data?: SessionData | undefined;
}

/**
 * The session of a request's cookies. There may be several of one name: one for another path or domain is left
 * from before, or a host beside ours has set one to have the user work in somebody else's account. The one that
 * is still there counts, one of a user before one of nobody; where they are of different users, none does.
 */
export async function sessionOf(
  cookies: readonly SignedCookie[],
  sessions: Pick<Sessions, 'read'>,
): Promise<NamedByCookie | 'ambiguous'> {
  const found: NamedByCookie[] = [];
  for (const cookie of cookies) found.push({ cookie, data: await sessions.read(cookie.id) });
  const there = found.filter(({ data }) => data !== undefined);
  const ofUsers = there.filter(({ data }) => loginOf(data) !== undefined);
  if (new Set(ofUsers.map(({ data }) => loginOf(data)?.user)).size > 1) return 'ambiguous';
  return ofUsers[0] ?? there[0] ?? found[0] ?? {};
}
