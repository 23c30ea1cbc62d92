import { describe, expect, test } from 'vitest';
import { type CutoverStore, memoryStore } from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

const WRITES = ['put', 'add', 'replace', 'swap', 'extend', 'remove', 'take', 'enlist', 'strike'] as const;

/** A store as a process sees it that dies after so many writes: the last one is done, nothing after it is. */
function dyingAfter(store: CutoverStore, writes: number): { store: CutoverStore; died: () => boolean } {
  let left = writes;
  let dead = false;
  const dying: CutoverStore = {
    ...store,
    async get(key) {
      if (dead) throw new Error('dead');
      return store.get(key);
    },
    async listed(list) {
      if (dead) throw new Error('dead');
      return store.listed(list);
    },
  };
  for (const name of WRITES) {
    const write: (...args: never[]) => Promise<unknown> = store[name].bind(store);
    Object.assign(dying, {
      [name]: async (...args: never[]) => {
        if (left === 0) dead = true;
        if (dead) throw new Error('dead');
        left -= 1;
        return write(...args);
      },
    });
  }
  return { store: dying, died: () => dead };
}

const sessions = async (store: CutoverStore, user: string) => {
  const ids = await store.listed(`sessions-of:${user}`);
  const found = await Promise.all(ids.map((id) => store.get(`sess:${id}`)));
  return found.filter((text) => text !== undefined).length;
};

/** Runs something against a process that dies after 0, 1, 2, … writes, until it survives. */
async function everyCrash(
  run: (dying: string, store: CutoverStore) => Promise<() => Promise<void>>,
): Promise<number> {
  for (let writes = 0; writes < 20; writes += 1) {
    const store = memoryStore();
    const { store: dying, died } = dyingAfter(store, writes);
    const check = await run(await shopApplication(optionsFor({ session: { store: dying } })), store);
    await check();
    await store.close();
    if (!died()) return writes;
  }
  throw new Error('it never survives');
}

describe('a process that dies between any two writes', () => {
  test('of an exchange: the next try ends in the one session', async () => {
    const survived = await everyCrash(async (dying, store) => {
      const token = tokenOf('ada');
      await client(dying).ask('/me', { token });
      return async () => {
        const next = client(await shopApplication(optionsFor({ session: { store } })));
        expect((await next.ask('/me', { token })).json.id).toBe('ada');
        expect((await next.ask('/me')).json.id).toBe('ada');
        expect(await sessions(store, 'ada')).toBe(1);
        expect((await client(dying).ask('/me', { token })).status).not.toBe(200);
      };
    });
    expect(survived).toBeGreaterThan(3);
  });

  test('of a logout: it is in or out, and once it said "out" the token is out too', async () => {
    await everyCrash(async (dying, store) => {
      const token = tokenOf('ada');
      const alive = await shopApplication(optionsFor({ session: { store } }));
      const browser = client(alive);
      await browser.ask('/me', { token });
      const cookie = browser.cookies.get('session') ?? '';
      const there = client(dying);
      there.cookies.set('session', cookie);
      const out = await there.ask('/logout', { method: 'POST' });
      return async () => {
        const replay = client(alive);
        replay.cookies.set('session', cookie);
        const status = (await replay.ask('/me')).status;
        if (out.status === 200) {
          expect(status).toBe(401);
          expect((await client(alive).ask('/me', { token })).status).toBe(401);
        } else {
          expect(out.status).toBe(503);
          // Tried again, it is done.
          await replay.ask('/logout', { method: 'POST' });
          replay.cookies.set('session', cookie);
          expect((await replay.ask('/me')).status).toBe(401);
        }
      };
    });
  });

  test('of a cookie that comes back: the session goes on, and the token is spent by the next', async () => {
    await everyCrash(async (dying, store) => {
      const token = tokenOf('ada');
      const alive = await shopApplication(optionsFor({ session: { store } }));
      const browser = client(alive);
      await browser.ask('/me', { token });
      const there = client(dying);
      there.cookies.set('session', browser.cookies.get('session') ?? '');
      await there.ask('/me');
      return async () => {
        expect((await browser.ask('/me')).json.id).toBe('ada');
        expect((await client(alive).ask('/me', { token })).status).toBe(401);
      };
    });
  });

  test('of a newer token beside its session: the same user, with the newer claims in the end', async () => {
    await everyCrash(async (dying, store) => {
      const alive = await shopApplication(optionsFor({ session: { store } }));
      const browser = client(alive);
      await browser.ask('/me', { token: tokenOf('ada', { age: 60, role: 'old' }) });
      const newer = tokenOf('ada', { role: 'new' });
      const there = client(dying);
      there.cookies.set('session', browser.cookies.get('session') ?? '');
      await there.ask('/me', { token: newer });
      return async () => {
        expect((await browser.ask('/me', { token: newer })).json).toMatchObject({ id: 'ada', role: 'new' });
        expect((await browser.ask('/me')).json).toMatchObject({ id: 'ada', role: 'new' });
        expect(await sessions(store, 'ada')).toBe(1);
      };
    });
  });

  test('of a login in the place of another: never both, never the wrong one', async () => {
    await everyCrash(async (dying, store) => {
      const alive = await shopApplication(optionsFor({ session: { store } }));
      const browser = client(alive);
      await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
      const there = client(dying);
      there.cookies.set('session', browser.cookies.get('session') ?? '');
      const login = await there.ask('/login', { method: 'POST', json: { id: 'bob' } });
      return async () => {
        const cookie = there.cookies.get('session') ?? '';
        const now = client(alive);
        now.cookies.set('session', cookie);
        const served = (await now.ask('/me')).json.id;
        if (login.status === 200) expect(served).toBe('bob');
        else expect([undefined, 'ada']).toContain(served);
      };
    });
  });

  test('of everywhere out: what is left is out at the next try', async () => {
    await everyCrash(async (dying, store) => {
      const alive = await shopApplication(optionsFor({ session: { store } }));
      const browsers = [client(alive), client(alive)];
      for (const browser of browsers) await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
      const waiting = tokenOf('ada');
      const first = await client(dying).ask('/everywhere/ada', { method: 'POST' });
      return async () => {
        if (first.status !== 200) await client(alive).ask('/everywhere/ada', { method: 'POST' });
        for (const browser of browsers) expect((await browser.ask('/me')).status).toBe(401);
        expect((await client(alive).ask('/me', { token: waiting })).status).toBe(401);
      };
    });
  });
});
