import { randomUUID } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import {
  bearer,
  body,
  cookie,
  cutover,
  endSession,
  type ShimEvent,
  sessionFound,
  sessionTakenBack,
} from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf, type Wanted } from './support/shop.js';

const REFRESH = 'refresh tokens are signed with this';
const now = () => Math.floor(Date.now() / 1000);
const MINUTE = 60;
const DAY = 24 * 3600;

/** An access token of a quarter of an hour that says what may be done, and a refresh token of a week. */
const access = (id: string, more: object = {}) =>
  tokenOf(id, { role: 'admin', exp: now() + 15 * MINUTE, ...more });
const refresh = (id: string, more: object = {}) =>
  jwt.sign({ id, iat: now(), exp: now() + 7 * DAY, ...more }, REFRESH);

const ROLES: Record<string, string> = { ada: 'admin', bob: 'user' };

/** Both kinds of token are accepted; a refresh token’s user is looked up. */
const both = (wanted: Wanted = {}): Wanted => ({
  ...wanted,
  legacy: {
    keys: [
      { key: SECRET, algorithms: ['HS256'] },
      {
        key: REFRESH,
        algorithms: ['HS256'],
        refresh: true,
        claims: async ({ id }) => (ROLES[id] ? { id, role: ROLES[id] } : undefined),
      },
    ],
    from: [bearer(), cookie('refreshToken'), body('refreshToken')],
    ...wanted.legacy,
  },
});

const expiryOf = (line = '') => new Date(/Expires=([^;]+)/.exec(line)?.[1] ?? 0).getTime() / 1000;

describe.each(['once', 'same-session'] as const)('reuse: %s', (reuse) => {
  test('a refresh token extends the session that the access token started', async () => {
    const base = await shopApplication(optionsFor(both({ reuse })));
    const browser = client(base);
    await browser.ask('/me', { token: access('ada') });
    const session = browser.cookies.get('session');
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeLessThan(16 * MINUTE);
    const longer = await browser.ask('/count', { method: 'POST', json: { refreshToken: refresh('ada') } });
    expect(browser.cookies.get('session')).toBe(session);
    // Browser and store keep it for as long.
    expect(expiryOf(longer.headers.getSetCookie()[0]) - now()).toBeGreaterThan(6 * DAY);
    const after = (await browser.ask('/me')).json;
    expect(Number(after.exp) - now()).toBeGreaterThan(6 * DAY);
    expect(after).toMatchObject({ id: 'ada', role: 'admin' });
  });

  test('both at once: one session, what the access token says for as long as the refresh token lives', async () => {
    const events: ShimEvent[] = [];
    const base = await shopApplication(optionsFor(both({ reuse }), events));
    const browser = client(base);
    const [short, long] = [access('ada', { age: 30 }), refresh('ada')];
    browser.cookies.set('refreshToken', long);
    const first = await browser.ask('/me', { token: short });
    expect(first.json).toMatchObject({ id: 'ada', role: 'admin' });
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeGreaterThan(6 * DAY);
    // Alone it leads to the same session, and is spent with it.
    const other = client(base);
    const alone = await other.ask('/me', { headers: { cookie: `refreshToken=${long}` } });
    expect(alone.status).toBe(reuse === 'once' ? 401 : 200);
    if (reuse === 'same-session') expect(other.cookies.get('session')).toBe(browser.cookies.get('session'));
    expect(events.filter(({ type }) => type === 'exchanged')).toHaveLength(1);
  });

  test('an expired access token with a valid refresh token stays logged in', async () => {
    const base = await shopApplication(optionsFor(both({ reuse })));
    const browser = client(base);
    browser.cookies.set('refreshToken', refresh('ada'));
    const expired = access('ada', { age: DAY, exp: now() - MINUTE });
    expect((await browser.ask('/me', { token: expired })).json).toMatchObject({ id: 'ada', role: 'admin' });
    expect((await browser.ask('/me', { token: expired })).json).toMatchObject({ id: 'ada', role: 'admin' });
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeGreaterThan(6 * DAY);
  });

  test('a new access token does not shorten what the refresh token has extended', async () => {
    const base = await shopApplication(optionsFor(both({ reuse })));
    const browser = client(base);
    await browser.ask('/me', { token: access('ada', { age: MINUTE }) });
    await browser.ask('/count', { method: 'POST', json: { refreshToken: refresh('ada') } });
    const renewed = await browser.ask('/me', { token: access('ada', { role: 'owner' }) });
    expect(renewed.json).toMatchObject({ role: 'owner' });
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeGreaterThan(6 * DAY);
  });

  test('logged out, both open nothing any more', async () => {
    const base = await shopApplication(optionsFor(both({ reuse, grace: '1h' })));
    const browser = client(base);
    const [short, long] = [access('ada'), refresh('ada')];
    await browser.ask('/me', { token: short });
    await browser.ask('/count', { method: 'POST', json: { refreshToken: long } });
    await browser.ask('/me');
    await browser.ask('/logout', { method: 'POST' });
    for (const token of [short, long]) expect((await client(base).ask('/me', { token })).status).toBe(401);
    // One that only came along with the logout is out too.
    const [unseen, seen] = [refresh('bob', { device: 1 }), access('bob')];
    const other = client(base);
    await other.ask('/me', { token: seen });
    await other.ask('/logout', { method: 'POST', json: { refreshToken: unseen } });
    expect((await client(base).ask('/me', { token: unseen })).status).toBe(401);
  });
});

test('a refresh token says nothing about what is in the session, however new it is', async () => {
  const base = await shopApplication(optionsFor(both()));
  const browser = client(base);
  await browser.ask('/me', { token: access('ada', { age: 2 * MINUTE, role: 'special' }) });
  await browser.ask('/count', { method: 'POST', json: { refreshToken: refresh('ada') } });
  expect((await browser.ask('/me')).json.role).toBe('special');
});

test('a refresh token of somebody else is not ours to extend with', async () => {
  const base = await shopApplication(optionsFor(both()));
  const browser = client(base);
  await browser.ask('/me', { token: access('ada') });
  const answer = await browser.ask('/me', {
    token: access('ada'),
    headers: { cookie: `refreshToken=${refresh('bob')}` },
  });
  expect(answer.status).toBe(401);
});

test('a refresh token that was taken back extends nothing', async () => {
  const isRevoked = async ({ revoked }: JwtPayload) => revoked === true;
  const base = await shopApplication(optionsFor(both({ legacy: { ...both().legacy, isRevoked } })));
  const browser = client(base);
  await browser.ask('/me', { token: access('ada') });
  await browser.ask('/count', {
    method: 'POST',
    json: { refreshToken: refresh('ada', { revoked: true }) },
  });
  expect(Number((await browser.ask('/me')).json.exp) - now()).toBeLessThan(16 * MINUTE);
});

test('the absolute limit holds, however often a session is prolonged', async () => {
  const base = await shopApplication(optionsFor(both({ session: { absolute: '1h' } })));
  const browser = client(base);
  const end = async () => Number((await browser.ask('/me')).json.exp) - now();
  await browser.ask('/me', { token: access('ada') });
  expect(await end()).toBeLessThan(16 * MINUTE);
  await browser.ask('/count', { method: 'POST', json: { refreshToken: refresh('ada') } });
  expect(await end()).toBeGreaterThan(59 * MINUTE);
  expect(await end()).toBeLessThanOrEqual(60 * MINUTE);
  const other = client(base);
  const login = () => other.ask('/login', { method: 'POST', json: { id: 'ada', expiresIn: '7d' } });
  await login();
  const { exp } = (await other.ask('/me')).json;
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await login();
  expect((await other.ask('/me')).json.exp).toBe(exp);
});

describe('one key for every purpose', () => {
  const keys = [
    { key: SECRET, algorithms: ['HS256'] },
    {
      key: SECRET,
      algorithms: ['HS256'],
      refresh: true,
      claims: ({ id, type }: JwtPayload) => (type === 'refresh' ? { id } : undefined),
    },
  ];
  const claims = ({ type, ...rest }: JwtPayload) => (type === 'access' ? rest : undefined);
  const wanted: Wanted = { legacy: { keys, claims, from: [bearer(), body('refreshToken')] } };

  test('each token is taken for what it is, and a reset token for nothing', async () => {
    const base = await shopApplication(optionsFor(wanted));
    const browser = client(base);
    await browser.ask('/me', { token: access('ada', { type: 'access', age: 9 }) });
    const longer = tokenOf('ada', { type: 'refresh', exp: now() + 7 * DAY });
    await browser.ask('/count', { method: 'POST', json: { refreshToken: longer } });
    const after = (await browser.ask('/me')).json;
    expect(after).toMatchObject({ role: 'admin' });
    expect(Number(after.exp) - now()).toBeGreaterThan(6 * DAY);
    const reset = tokenOf('ada', { type: 'reset' });
    expect((await client(base).ask('/me', { token: reset })).status).toBe(401);
  });
});

describe('the look-up of a refresh token’s user', () => {
  const failing = (error: Error): Wanted => ({
    legacy: {
      keys: { key: REFRESH, algorithms: ['HS256'], refresh: true, claims: () => Promise.reject(error) },
    },
  });

  test('that fails is answered with 503, and nobody is logged out by it', async () => {
    const base = await shopApplication(optionsFor(failing(new Error('database away'))));
    expect((await client(base).ask('/me', { token: refresh('ada') })).status).toBe(503);
  });

  test('that trips over what it finds refuses', async () => {
    const base = await shopApplication(optionsFor(failing(new TypeError('user is null'))));
    expect((await client(base).ask('/me', { token: refresh('ada') })).status).toBe(401);
  });

  test('that finds nobody refuses', async () => {
    const base = await shopApplication(optionsFor(both()));
    expect((await client(base).ask('/me', { token: refresh('gone') })).status).toBe(401);
  });
});

test('the look-up of a refresh token is given the token, to find it where it is stored', async () => {
  const [stored, other] = [refresh('ada'), refresh('ada', { device: 2 })];
  const keys = {
    key: REFRESH,
    algorithms: ['HS256'],
    refresh: true,
    claims: ({ id }: JwtPayload, _req: unknown, token: string) => (token === stored ? { id } : undefined),
  };
  const base = await shopApplication(optionsFor({ legacy: { keys, from: [bearer()] } }));
  expect((await client(base).ask('/me', { token: stored })).status).toBe(200);
  expect((await client(base).ask('/me', { token: other })).status).toBe(401);
});

describe('what code asks that looked refresh tokens up', () => {
  const asking = (kept: string) => {
    const keys = [
      { key: SECRET, algorithms: ['HS256'] },
      {
        key: REFRESH,
        algorithms: ['HS256'],
        refresh: true,
        claims: ({ id }: JwtPayload, _req: unknown, token: string) => (token === kept ? { id } : undefined),
      },
    ];
    const options = optionsFor({ legacy: { keys, from: [bearer(), body('refreshToken')] } });
    return shopApplication(options, undefined, (app) => {
      app.post('/asked', (req, res) => {
        if (req.body.leave) void endSession(req);
        res.json({ found: sessionFound(req), takenBack: sessionTakenBack(req) });
      });
      app.post('/demanded', (req, res) => res.json({ refreshToken: req.body.refreshToken }));
    });
  };

  test('a token that is kept is found, also by the logout that ends it', async () => {
    const kept = refresh('ada');
    const browser = client(await asking(kept));
    const ask = async (json: object) => (await browser.ask('/asked', { method: 'POST', json })).json;
    expect(await ask({ refreshToken: kept })).toEqual({ found: true, takenBack: false });
    expect(await ask({ leave: true })).toEqual({ found: true, takenBack: false });
    expect(await ask({})).toEqual({ found: false, takenBack: false });
    expect(await ask({ refreshToken: kept })).toEqual({ found: false, takenBack: true });
  });

  test('one that is not kept was taken back, one that is over or of another key was not', async () => {
    const base = await asking(refresh('ada'));
    const ask = async (refreshToken: string) =>
      (await client(base).ask('/asked', { method: 'POST', json: { refreshToken } })).json;
    expect(await ask(refresh('ada', { device: 2 }))).toEqual({ found: false, takenBack: true });
    expect(await ask(refresh('ada', { exp: now() - DAY }))).toEqual({ found: false, takenBack: false });
    expect(await ask(jwt.sign({ id: 'ada' }, 'another key'))).toEqual({ found: false, takenBack: false });
  });

  test('the field of one that is refused is filled in with what is no token', async () => {
    const kept = refresh('ada');
    const browser = client(await asking(kept));
    const ask = async (refreshToken: string) =>
      (await browser.ask('/demanded', { method: 'POST', json: { refreshToken } })).json.refreshToken;
    expect(await ask(kept)).toBe(kept);
    expect(await ask(refresh('ada', { exp: now() - DAY }))).toBe('refused.refused.refused');
    await browser.ask('/logout', { method: 'POST' });
    expect(await ask(kept)).toBe('refused.refused.refused');
  });
});

describe('a refresh token that is random text', () => {
  const kept = new Map<string, string>();
  const opaque = (wanted: Wanted = {}): Wanted => ({
    ...wanted,
    legacy: {
      keys: [
        { key: SECRET, algorithms: ['HS256'] },
        {
          opaque: true,
          refresh: true,
          expiresIn: '7d',
          claims: async (_payload, _req, token) => {
            const id = kept.get(token);
            return id === undefined ? undefined : { id, role: ROLES[id] };
          },
        },
      ],
      from: [bearer(), cookie('refreshToken'), body('refreshToken')],
    },
  });
  const shop = () => shopApplication(optionsFor(opaque({ grace: 0 })));
  const tokenFor = (id: string, token: string = randomUUID()) => {
    kept.set(token, id);
    return token;
  };

  test('opens a session for whoever it is kept for, for as long as one lasts, once', async () => {
    const base = await shop();
    const token = tokenFor('ada');
    const browser = client(base);
    const expired = access('ada', { age: DAY, exp: now() - MINUTE });
    await browser.ask('/count', { method: 'POST', token: expired, json: { refreshToken: token } });
    const { json } = await browser.ask('/me');
    expect(json).toMatchObject({ id: 'ada', role: 'admin' });
    expect(Number(json.exp) - now()).toBeGreaterThan(6 * DAY);
    // It has done its work.
    expect((await client(base).ask('/me', { token })).status).toBe(401);
  });

  test('is told from one that differs in its last letter', async () => {
    const base = await shop();
    const [one, other] = [tokenFor('ada', 'the-same-but-for-1'), tokenFor('bob', 'the-same-but-for-2')];
    expect((await client(base).ask('/me', { token: one })).json.id).toBe('ada');
    expect((await client(base).ask('/me', { token: other })).json.id).toBe('bob');
  });

  test('prolongs the session of an access token that it comes with', async () => {
    const browser = client(await shop());
    await browser.ask('/me', { token: access('ada') });
    await browser.ask('/count', { method: 'POST', json: { refreshToken: tokenFor('ada') } });
    expect(Number((await browser.ask('/me')).json.exp) - now()).toBeGreaterThan(6 * DAY);
  });

  test('is good for the exchange, and opens nothing where it is not kept or was logged out', async () => {
    const base = await shop();
    const exchange = (token: string, browser = client(base)) =>
      browser.ask('/session/exchange', { method: 'POST', token });
    expect((await exchange(randomUUID())).status).toBe(401);
    const token = tokenFor('bob');
    const browser = client(base);
    expect((await exchange(token, browser)).json.claims).toMatchObject({ id: 'bob', role: 'user' });
    await browser.ask('/logout', { method: 'POST' });
    expect((await exchange(token)).status).toBe(401);
  });

  test('of a login after all others were ended is good, as the application says', async () => {
    const base = await shop();
    await client(base).ask('/everywhere/ada', { method: 'POST' });
    expect((await client(base).ask('/me', { token: tokenFor('ada') })).json.id).toBe('ada');
  });

  test.each([
    [{ opaque: true }, 'legacy.keys[1].claims'],
    [{ opaque: true, claims: () => ({}), expiresIn: 'soon' }, 'legacy.keys[1].expiresIn'],
  ])('options that can not work are refused: %j', (wrong, option) => {
    const keys = [{ key: SECRET, algorithms: ['HS256'] }, wrong];
    // @ts-expect-error -- wrong on purpose
    expect(() => cutover(optionsFor({ legacy: { keys } }))).toThrow(option);
  });
});
