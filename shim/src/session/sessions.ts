import type { SessionData } from 'express-session';
import type { SessionSettings } from '../settings/settings.js';
import type { CutoverStore } from '../stores/store.js';
import type { Kept } from './kept.js';
import { LOGIN, type Login } from './login.js';

const DAY = 24 * 60 * 60_000;

/** Sessions in the store: by id, and by user. */
export interface Sessions {
  read(id: string): Promise<SessionData | undefined>;
  /** Stores a session under an id that is free; `false` when somebody else has made it meanwhile. */
  make(id: string, session: object): Promise<boolean>;
  write(id: string, session: object): Promise<void>;
  /** Stores a session that is still there; `false` when it has ended meanwhile, and then it stays ended. */
  update(id: string, session: object): Promise<boolean>;
  touch(id: string, session: object): Promise<void>;
  end(id: string, user: string | undefined): Promise<void>;
  idsOf(user: string): Promise<readonly string[]>;
  seenAt(id: string): Promise<number | undefined>;
}

/** Sessions that are `kept` somewhere, with the index of each user's in `store`. */
export function sessionsIn(kept: Kept, store: CutoverStore, settings: SessionSettings): Sessions {
  const of = (user: string) => `sessions-of:${user}`;
  const touched = recently();

  /** The index first: a session that is in it and not there does no harm, the other way round it can't be ended. */
  const index = async (id: string, session: object, ttl: number) => {
    const user = loginOf(session)?.user;
    if (user !== undefined) await store.enlist(of(user), id, ttl);
  };
  return {
    async read(id) {
      const session = await kept.get(id);
      const login = loginOf(session);
      return login && login.exp * 1000 <= Date.now() ? undefined : session;
    },
    async make(id, session) {
      const ttl = timeToLive(session, settings);
      await index(id, session, ttl);
      return kept.add(id, session, ttl);
    },
    async write(id, session) {
      const ttl = timeToLive(session, settings);
      await index(id, session, ttl);
      await kept.put(id, session, ttl);
    },
    async update(id, session) {
      const ttl = timeToLive(session, settings);
      if (!(await kept.replace(id, session, ttl))) return false;
      await index(id, session, ttl);
      return true;
    },
    async touch(id, session) {
      const ttl = timeToLive(session, settings);
      if (!touched(id, Math.min(ttl / 10, 60_000))) return;
      await kept.extend(id, session, ttl);
      if (loginOf(session)) await store.put(`seen:${id}`, String(Date.now()), ttl);
    },
    async end(id, user) {
      await kept.remove(id);
      await store.remove(`seen:${id}`);
      if (user !== undefined) await store.strike(of(user), id);
    },
    idsOf: (user) => store.listed(of(user)),
    async seenAt(id) {
      const text = await store.get(`seen:${id}`);
      return text === undefined ? undefined : Number(text);
    },
  };
}

export function loginOf(session: object | null | undefined): Login | undefined {
  const record: { [LOGIN]?: Login } = session ?? {};
  return record[LOGIN];
}

/** How long the store keeps a session: to its fixed end, or as long as it may be idle. */
function timeToLive(session: object & { cookie?: unknown }, { idle }: SessionSettings): number {
  const login = loginOf(session);
  const left = login ? login.exp * 1000 - Date.now() : (maxAgeOf(session.cookie) ?? idle ?? DAY);
  return Math.max(1, idle === undefined ? left : Math.min(idle, left));
}

function maxAgeOf(cookie: unknown): number | undefined {
  if (typeof cookie !== 'object' || cookie === null || !('originalMaxAge' in cookie)) return undefined;
  return typeof cookie.originalMaxAge === 'number' ? cookie.originalMaxAge : undefined;
}

/** Whether something was not done within the interval: what makes a touch write only when it is due. */
function recently(): (id: string, interval: number) => boolean {
  const times = new Map<string, number>();
  return (id, interval) => {
    const now = Date.now();
    if (now - (times.get(id) ?? 0) < interval) return false;
    times.delete(id);
    times.set(id, now);
    const oldest = times.keys().next().value;
    if (times.size > 10_000 && oldest !== undefined) times.delete(oldest);
    return true;
  };
}
