import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisStore as RedisStore8 } from 'connect-redis';
import { RedisStore as RedisStore9 } from 'connect-redis9';
import { RedisStore as RedisStore10 } from 'connect-redis10';
import { ConnectSessionKnexStore } from 'connect-session-knex';
import session, { MemoryStore, Store } from 'express-session';
import { Redis } from 'ioredis';
import knex from 'knex';
import { createClient } from 'redis';
import sessionFileStore from 'session-file-store';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ExpressSessionStore, listSessions, memoryStore } from '../src/index.js';
import { startSqlite } from './support/databases.js';
import { isHere, startRedis } from './support/redis.js';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

/** The least that a store of express-session may be: no touch, and it takes its time. */
class LeastStore extends Store {
  readonly #kept = new Map<string, { text: string; until: number }>();
  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void) {
    const { text, until } = this.#kept.get(id) ?? { text: 'null', until: 0 };
    setTimeout(() => done(null, until > Date.now() ? JSON.parse(text) : null), 5);
  }
  override set(id: string, data: session.SessionData, done?: () => void) {
    const until = Date.now() + (data.cookie.maxAge ?? 0);
    setTimeout(() => {
      this.#kept.set(id, { text: JSON.stringify(data), until });
      done?.();
    }, 5);
  }
  override destroy(id: string, done?: () => void) {
    this.#kept.delete(id);
    done?.();
  }
}

interface Opened {
  readonly store: ExpressSessionStore;
  close(): Promise<void>;
}

// What is said at start-up is looked at below.
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});

const nothing = async () => {};

const onNodeRedis = (Kind: typeof RedisStore9 | typeof RedisStore10) => async (): Promise<Opened> => {
  const redis = await startRedis();
  const connected = createClient({ url: redis.url });
  await connected.connect();
  return {
    store: new Kind({ client: connected }),
    async close() {
      connected.destroy();
      await redis.stop();
    },
  };
};

const KINDS: Record<string, () => Promise<Opened>> = {
  "express-session's MemoryStore": async () => ({ store: new MemoryStore(), close: nothing }),
  'the least store': async () => ({ store: new LeastStore(), close: nothing }),
  'session-file-store': async () => {
    const path = mkdtempSync(join(tmpdir(), 'sessions-'));
    const FileStore = sessionFileStore(session);
    return {
      store: new FileStore({ path, retries: 0, reapInterval: -1, logFn: () => {} }),
      close: async () => rmSync(path, { recursive: true, force: true }),
    };
  },
  'connect-session-knex on SQLite': async () => {
    const database = await startSqlite();
    const db = knex(database.config);
    const store = new ConnectSessionKnexStore({ knex: db, createTable: true });
    return {
      store,
      async close() {
        await db.destroy();
        await database.stop();
      },
    };
  },
  ...(isHere('redis-server')
    ? {
        'connect-redis 8 on ioredis': async () => {
          const redis = await startRedis();
          const connected = new Redis(redis.url);
          return {
            store: new RedisStore8({ client: connected }),
            async close() {
              connected.disconnect();
              await redis.stop();
            },
          };
        },
        'connect-redis 9 on node-redis': onNodeRedis(RedisStore9),
        // It asks for Node 22, and loads on 20 all the same.
        'connect-redis 10 on node-redis': onNodeRedis(RedisStore10),
      }
    : {}),
};

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.entries(KINDS))('%s beside a ledger of ours', (_name, open) => {
  let opened: Opened;
  const ledger = memoryStore();
  const on = (more: object = {}) => ({ session: { store: opened.store, ledger, ...more } });
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
    await ledger.close();
  });

  test('a token becomes one session, is spent when its cookie comes back, and opens nothing after logout', async () => {
    const base = await shopApplication(optionsFor(on()));
    const browser = client(base);
    const token = tokenOf('ada', { role: 'admin' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => client(base).ask('/me', { token })));
    expect(new Set(answers.map(({ headers }) => headers.getSetCookie()[0]?.split(';')[0])).size).toBe(1);
    expect((await browser.ask('/me', { token })).json).toMatchObject({ id: 'ada', role: 'admin' });
    expect((await browser.ask('/me')).json).toMatchObject({ id: 'ada', role: 'admin' });
    expect((await client(base).ask('/me', { token })).status).toBe(401);
    const cookie = browser.cookies.get('session') ?? '';
    await browser.ask('/logout', { method: 'POST' });
    browser.cookies.set('session', cookie);
    expect((await browser.ask('/me')).status).toBe(401);
  });

  test('what the application keeps in the session is there; listed, and ended everywhere', async () => {
    const base = await shopApplication(optionsFor(on()));
    const browser = client(base);
    await browser.ask('/login', { method: 'POST', json: { id: 'eve' } });
    for (const count of [1, 2, 3]) expect((await browser.ask('/count')).json.count).toBe(count);
    expect(await listSessions('eve')).toHaveLength(1);
    await client(base).ask('/everywhere/eve', { method: 'POST' });
    expect((await browser.ask('/me')).status).toBe(401);
  });

  test('idle sessions end, used ones do not, and a guest keeps a cookie without an end', async () => {
    const base = await shopApplication(optionsFor(on({ idle: 2500 })));
    const [used, idle, guest] = [client(base), client(base), client(base)];
    for (const browser of [used, idle]) await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    expect((await guest.ask('/count')).headers.getSetCookie()[0]).not.toMatch(/expires/i);
    // A store that reckons in whole seconds, as connect-session-knex on SQLite, keeps one up to a second longer.
    for (let count = 0; count < 8; count += 1) {
      await later(500);
      expect((await used.ask('/me')).status).toBe(200);
      if (count < 2) expect((await guest.ask('/count')).json.count).toBe(count + 2);
    }
    expect((await idle.ask('/me')).status).toBe(401);
  });

  test('logout wins over a request in flight, wherever its write falls', async () => {
    const slow = (path: string, wait: number) => (app: import('express').Express) => {
      app.get(path, (req, res) => {
        setTimeout(() => {
          req.session.count = 1;
          res.json({});
        }, wait);
      });
    };
    const late = delayed(opened.store, 1000);
    const base = await shopApplication(optionsFor(on()), undefined, slow('/slow', 200));
    // This one has looked whether the session is there, and writes when it is not any more.
    const blind = await shopApplication(
      optionsFor({ session: { store: late, ledger } }),
      undefined,
      slow('/slow', 0),
    );
    for (const other of [base, blind]) {
      const browser = client(base);
      await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
      const cookie = browser.cookies.get('session') ?? '';
      const there = client(other);
      there.cookies.set('session', cookie);
      const running = there.ask('/slow');
      await later(100);
      await browser.ask('/logout', { method: 'POST' });
      expect((await running).headers.getSetCookie()).toEqual([]);
      const replay = client(base);
      replay.cookies.set('session', cookie);
      expect((await replay.ask('/me')).status).toBe(401);
    }
  });

  test('a store that fails is answered with 503', async () => {
    const failing: ExpressSessionStore = {
      get: (_, done) => done(new Error('disk gone')),
      set: (_, __, done) => done?.(new Error('disk gone')),
      destroy: (_, done) => done?.(new Error('disk gone')),
    };
    const good = client(await shopApplication(optionsFor(on())));
    await good.ask('/login', { method: 'POST', json: { id: 'ada' } });
    const bad = client(await shopApplication(optionsFor({ session: { store: failing, ledger } })));
    expect((await bad.ask('/login', { method: 'POST', json: { id: 'ada' } })).status).toBe(503);
    bad.cookies.set('session', good.cookies.get('session') ?? '');
    expect((await bad.ask('/me')).status).toBe(503);
    expect((await client(await shopApplication(optionsFor())).ask('/me')).status).toBe(401);
  });
});

/** Writes late, as on a slow network. */
function delayed(store: ExpressSessionStore, ms: number): ExpressSessionStore {
  return {
    get: (id, done) => store.get(id, done),
    set: (id, data, done) => setTimeout(() => store.set(id, data, done), ms),
    destroy: (id, done) => store.destroy(id, done),
  };
}

test('what such a store can not promise is said once, at start-up', async () => {
  warn.mockClear();
  const base = await shopApplication(
    optionsFor({ session: { store: new LeastStore(), ledger: memoryStore() } }),
  );
  await client(base).ask('/login', { method: 'POST', json: { id: 'ada' } });
  expect(warn.mock.calls).toEqual([
    [
      expect.stringMatching(/LeastStore.*logged out.*redisStore or knexStore/),
      { code: 'JWT_TO_SESSION_OTHER_STORE' },
    ],
  ]);
});
