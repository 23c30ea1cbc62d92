import session, { type SessionData } from 'express-session';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { CutoverStore } from '../stores/store.js';
import { isSession, type Kept } from './kept.js';

/** How long it is remembered that a session was ended: longer than any request that may still hold it. */
const REMEMBERED = 24 * 60 * 60_000;

/**
 * In any store of express-session's, beside one of ours. Such a store writes blindly, so the ledger remembers what
 * has ended, and whoever has written looks there and deletes again: whichever comes last, the session is gone.
 */
export function keptBeside(store: ExpressSessionStore, ledger: CutoverStore): Kept {
  const ended = (id: string) => `ended:${id}`;
  const get = async (id: string) => inflated(await asked((done) => store.get(id, done)));
  const set = (id: string, data: object, ttl: number) =>
    told((done) => store.set(id, deflated(data, ttl), done));
  const destroy = (id: string) => told((done) => store.destroy(id, done));
  const isStillThere = async (id: string) => {
    if ((await ledger.get(ended(id))) === undefined) return true;
    await destroy(id);
    return false;
  };
  return {
    get,
    put: set,
    async add(id, data, ttl) {
      if (await get(id)) return false;
      await set(id, data, ttl);
      return true;
    },
    async replace(id, data, ttl) {
      if (!(await get(id))) return false;
      await set(id, data, ttl);
      return isStillThere(id);
    },
    async extend(id, data, ttl) {
      // Some stores touch by reading and writing, so that even a touch may revive.
      if (store.touch) await told((done) => store.touch?.(id, deflated(data, ttl), () => done()));
      else await set(id, data, ttl);
      await isStillThere(id);
    },
    async remove(id) {
      await ledger.put(ended(id), '1', REMEMBERED);
      await destroy(id);
    },
  };
}

/** The session's own cookie, while the store is shown one that says how long to keep it. */
const OWN_COOKIE = 'sessionCookie';

/** These stores read from the cookie how long they keep a session. */
function deflated(data: object, ttl: number): object {
  const plain: { cookie?: unknown } = JSON.parse(JSON.stringify(data));
  const cookie = new session.Cookie();
  cookie.maxAge = ttl;
  return { ...plain, cookie, [OWN_COOKIE]: plain.cookie };
}

function inflated(found: unknown): SessionData | undefined {
  if (!isSession(found)) return undefined;
  const copy: SessionData & { [OWN_COOKIE]?: SessionData['cookie'] } = { ...found };
  const own = copy[OWN_COOKIE];
  if (own) copy.cookie = own;
  delete copy[OWN_COOKIE];
  return copy;
}

function asked(ask: (done: (error: unknown, found?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // A file that is not there is no error to express-session either.
    ask((error, found) => (error && !isMissing(error) ? reject(error) : resolve(error ? undefined : found)));
  });
}

function told(tell: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    tell((error) => (error && !isMissing(error) ? reject(error) : resolve()));
  });
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
