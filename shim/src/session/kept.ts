import type { SessionData } from 'express-session';
import type { CutoverStore } from '../stores/store.js';

/** Sessions by their id, wherever they are kept; times to live in milliseconds. */
export interface Kept {
  get(id: string): Promise<SessionData | undefined>;
  put(id: string, session: object, ttl: number): Promise<void>;
  /** Stores only where nothing is. Returns whether it stored. */
  add(id: string, session: object, ttl: number): Promise<boolean>;
  /** Stores only where the session still is. Returns whether it stored. */
  replace(id: string, session: object, ttl: number): Promise<boolean>;
  extend(id: string, session: object, ttl: number): Promise<void>;
  remove(id: string): Promise<void>;
}

/** In one of this package's stores, as connect-redis keeps them: `sess:<id>`, JSON. */
export function keptIn(store: CutoverStore): Kept {
  const at = (id: string) => `sess:${id}`;
  return {
    async get(id) {
      const text = await store.get(at(id));
      return text === undefined ? undefined : sessionIn(text);
    },
    put: (id, session, ttl) => store.put(at(id), JSON.stringify(session), ttl),
    async add(id, session, ttl) {
      return (await store.add(at(id), JSON.stringify(session), ttl)) === undefined;
    },
    replace: (id, session, ttl) => store.replace(at(id), JSON.stringify(session), ttl),
    async extend(id, _, ttl) {
      await store.extend(at(id), ttl);
    },
    remove: (id) => store.remove(at(id)),
  };
}

/** What was stored by something else, or cut short, is no session: it must not answer 503 until its cookie ends. */
function sessionIn(text: string): SessionData | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSession(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isSession(value: unknown): value is SessionData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'cookie' in value &&
    typeof value.cookie === 'object' &&
    value.cookie !== null
  );
}
