import type { ChildProcess } from 'node:child_process';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  cutover,
  endAllSessions,
  listSessions,
  redisStore,
  type ShimEvent,
  startSession,
} from '../src/index.js';
import { slowRoute } from './support/in-flight.js';
import { isHere, type RedisServer, startRedis } from './support/redis.js';
import { client, listen } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';
import { startShop } from './support/shop-on.js';

describe.runIf(isHere('redis-server'))('on a real Redis', () => {
  let redis: RedisServer;
  let direct: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
  });
  afterAll(async () => {
    direct.disconnect();
    await redis.stop();
  });

  async function contentOf(key: string): Promise<unknown> {
    const type = await direct.type(key);
    if (type === 'zset') return direct.zrange(key, 0, -1);
    return type === 'hash' ? direct.hgetall(key) : direct.get(key);
  }
  const onRedis = () => ({ session: { store: redisStore(redis.url) } });
  /** express-session with connect-redis, as applications have it, on the same data. */
  const plainSession = () =>
    session({
      secret: 's',
      name: 'session',
      resave: false,
      saveUninitialized: false,
      store: new RedisStore({ client: direct }),
    });

  test('exchange, login, list, log out everywhere', async () => {
    const base = await shopApplication(optionsFor(onRedis()));
    const [phone, laptop, waiting] = [client(base), client(base), tokenOf('eve', { device: 'waiting' })];
    await phone.ask('/me', { token: tokenOf('eve', { age: 5 }), headers: { 'user-agent': 'phone' } });
    await laptop.ask('/login', { method: 'POST', json: { id: 'eve' }, headers: { 'user-agent': 'laptop' } });
    const open = await listSessions('eve');
    expect(open.map(({ userAgent }) => userAgent).sort()).toEqual(['laptop', 'phone']);
    expect(open.every(({ created, lastSeen, expires }) => created <= lastSeen && expires > lastSeen)).toBe(
      true,
    );
    await endAllSessions('eve');
    expect((await phone.ask('/me')).status).toBe(401);
    expect((await laptop.ask('/me')).status).toBe(401);
    expect((await client(base).ask('/me', { token: waiting })).status).toBe(401);
    expect(await listSessions('eve')).toEqual([]);
    expect(await direct.exists('sessions-of:eve')).toBe(0);
  });

  test('no token and no cookie of a user is in the store, and everything there ends', async () => {
    await direct.flushall();
    const base = await shopApplication(optionsFor(onRedis()));
    const browser = client(base);
    const token = tokenOf('ada');
    await browser.ask('/me', { token });
    await browser.ask('/me');
    await vi.waitFor(async () => expect(await direct.keys('counters:*')).toHaveLength(1), 5000);
    const keys = await direct.keys('*');
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) {
      expect(await direct.pttl(key), key).toBeGreaterThan(0);
      const value = JSON.stringify(await contentOf(key));
      for (const part of token.split('.')) expect(`${key} ${value}`).not.toContain(part);
    }
  });

  test('connect-redis reads what we store, and we read what it stores', async () => {
    const app = express();
    app.use(plainSession());
    app.get(
      '/',
      (req, res) => void res.json({ login: req.session.sessionLogin ?? null, count: req.session.count ?? 0 }),
    );
    app.get('/set', (req, res) => {
      req.session.count = 41;
      res.end();
    });
    const plain = client(await listen(app));
    const ours = client(
      await shopApplication(optionsFor({ session: { ...onRedis().session, secret: 's' } })),
    );
    await ours.ask('/login', { method: 'POST', json: { id: 'ada' } });
    plain.cookies.set('session', ours.cookies.get('session') ?? '');
    expect((await plain.ask('/')).json).toMatchObject({ login: { user: 'ada', claims: { id: 'ada' } } });

    const other = client(
      await shopApplication(optionsFor({ session: { ...onRedis().session, secret: 's' } })),
    );
    plain.cookies.clear();
    await plain.ask('/set');
    other.cookies.set('session', plain.cookies.get('session') ?? '');
    expect((await other.ask('/count')).json.count).toBe(42);
  });

  describe('logout wins over requests in flight', () => {
    /** A request that changes the session and ends after the same session was logged out. */
    async function race(base: string, running: ReturnType<typeof slowRoute>) {
      const browser = client(base);
      await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
      const cookie = browser.cookies.get('session') ?? '';
      const slow = browser.ask('/slow');
      await running.arrived;
      expect((await browser.ask('/logout', { method: 'POST' })).status).toBe(200);
      running.answer();
      const late = await slow;
      expect(late.status).toBe(200);
      const replay = client(base);
      replay.cookies.set('session', cookie);
      return { late, status: (await replay.ask('/me')).status };
    }

    test('with the shim', async () => {
      const running = slowRoute();
      const base = await shopApplication(optionsFor(onRedis()), undefined, running.mount);
      const { late, status } = await race(base, running);
      expect(status).toBe(401);
      expect(late.headers.getSetCookie()).toEqual([]);
    });

    test('the same with express-session and connect-redis revives it', async () => {
      const app = express();
      app.use(express.json());
      app.use(plainSession());
      app.post('/login', (req, res) => {
        req.session.count = 0;
        res.json({});
      });
      app.post('/logout', (req, res) => void req.session.destroy(() => res.json({})));
      const running = slowRoute();
      running.mount(app);
      app.get('/me', (req, res) => void res.status(req.session.count === undefined ? 401 : 200).end());
      expect((await race(await listen(app), running)).status).toBe(200);
    });
  });

  test('a user’s list of sessions does not grow for ever', async () => {
    const base = await shopApplication(optionsFor(onRedis()));
    for (let count = 0; count < 5; count += 1)
      await client(base).ask('/login', { method: 'POST', json: { id: 'many', expiresIn: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await client(base).ask('/login', { method: 'POST', json: { id: 'many', expiresIn: 2 } });
    expect(await direct.zcard('sessions-of:many')).toBe(1);
    const gone = async () => expect(await direct.exists('sessions-of:many')).toBe(0);
    await vi.waitFor(gone, { timeout: 10_000, interval: 200 });
  });

  describe('four processes', () => {
    const children: ChildProcess[] = [];
    const bases: string[] = [];
    beforeAll(async () => {
      for (let count = 0; count < 4; count += 1) {
        const { base, child } = await startShop({ kind: 'redis', port: redis.port });
        children.push(child);
        bases.push(base);
      }
    });
    afterAll(() => {
      for (const child of children) child.kill();
    });

    test('50 parallel connections with one token end in exactly one session', async () => {
      await direct.flushall();
      const token = tokenOf('ada');
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => client(bases[at % 4] ?? '').ask('/me', { token })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
      expect(new Set(answers.map(({ headers }) => headers.getSetCookie()[0]?.split(';')[0])).size).toBe(1);
      expect(await direct.keys('sess:*')).toHaveLength(1);
    });

    test('a spent token replayed by 50 gets nothing anywhere', async () => {
      const token = tokenOf('bob');
      const owner = client(bases[0] ?? '');
      await owner.ask('/me', { token });
      await owner.ask('/me');
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => client(bases[at % 4] ?? '').ask('/me', { token })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    });
  });

  describe('Redis that does not answer', () => {
    async function stopped(how: (server: RedisServer) => void) {
      const server = await startRedis();
      const events: ShimEvent[] = [];
      const store = redisStore(server.url);
      const app = express();
      app.use(cutover(optionsFor({ session: { store } }, events)));
      app.get('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
      app.get('/public', (_, res) => void res.json({ fine: true }));
      const browser = client(await listen(app));
      await browser.ask('/login');
      how(server);
      const begun = Date.now();
      const answers = await Promise.all([
        browser.ask('/public'),
        browser.ask('/login', { noCookie: true }),
        browser.ask('/public', { noCookie: true }),
        browser.ask('/public', { noCookie: true, token: tokenOf('ada') }),
      ]);
      const took = Date.now() - begun;
      server.child.kill('SIGCONT');
      await server.stop();
      await store.close();
      return { answers, took, events };
    }

    test.each(['SIGKILL', 'SIGSTOP'] as const)('%s: 503 within two seconds and a half', async (signal) => {
      const { answers, took, events } = await stopped((server) => server.child.kill(signal));
      const [withCookie, login, guest, withToken] = answers;
      expect(withCookie?.status).toBe(503);
      expect(withCookie?.headers.get('retry-after')).toBe('1');
      expect(login?.status).toBe(503);
      expect(login?.headers.getSetCookie()).toEqual([]);
      expect(withToken?.status).toBe(503);
      // Who brings nothing needs no store.
      expect(guest?.status).toBe(200);
      expect(took).toBeLessThan(2500);
      expect(events.some(({ type }) => type === 'store-failed')).toBe(true);
    });
  });
});

test('a wrong URL and a wrong client are refused at once', () => {
  expect(() => redisStore('localhost:6379')).toThrow(/redis:\/\//);
  // @ts-expect-error a client of another package
  expect(() => redisStore({ get() {} })).toThrow(/ioredis/);
});
