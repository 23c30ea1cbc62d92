import { request } from 'node:http';
import cookieParser from 'cookie-parser';
import express from 'express';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { bearer, body, cookie, cutover, header, query } from '../src/index.js';
import { client, EXPRESSES, listen } from './support/server.js';
import { optionsFor, SECRET, tokenOf, type Wanted } from './support/shop.js';

const PLACES = {
  'bearer()': {
    place: bearer(),
    put: (token: string) => ({ headers: { authorization: `Bearer ${token}` } }),
  },
  "bearer('Token')": {
    place: bearer('Token'),
    put: (token: string) => ({ headers: { authorization: `Token ${token}` } }),
  },
  "header('x-auth-token')": {
    place: header('x-auth-token'),
    put: (token: string) => ({ headers: { 'x-auth-token': token } }),
  },
  "cookie('token')": { place: cookie('token'), put: (token: string) => ({ cookie: token }) },
  "query('token')": {
    place: query('token'),
    put: (token: string) => ({ search: `?a=1&token=${token}&b=2` }),
  },
  "body('token')": { place: body('token'), put: (token: string) => ({ json: { token, other: 1 } }) },
} as const;

/** An application that still checks JWTs everywhere, behind the shim. */
async function application(wanted: Wanted, make: typeof express) {
  const app = make();
  app.use(express.json());
  app.use(cookieParser());
  app.use(cutover(optionsFor(wanted)));
  app.all('/me', (req, res) => {
    const raw = req.rawHeaders.findIndex((name) => /^(authorization|x-auth-token)$/i.test(name));
    const token =
      req.headers.authorization?.split(' ')[1] ??
      req.get('x-auth-token') ??
      req.cookies.token ??
      req.query.token ??
      req.body?.token;
    const seen = {
      token,
      query: req.query,
      url: req.originalUrl,
      raw: raw < 0 ? null : req.rawHeaders[raw + 1],
    };
    try {
      res.json({ claims: jwt.verify(token, SECRET), ...seen });
    } catch (error) {
      res.status(401).json({ error: String(error), ...seen });
    }
  });
  return listen(app);
}

const present = (claims: object) => jwt.sign(claims, SECRET);

describe.each(EXPRESSES)('%s', (_name, make) => {
  describe.each(Object.entries(PLACES))('%s', (_place, { place, put }) => {
    const ask = (browser: ReturnType<typeof client>, token?: string) => {
      const how: { headers?: Record<string, string>; cookie?: string; search?: string; json?: object } =
        token === undefined ? {} : put(token);
      if (how.cookie) browser.cookies.set('token', how.cookie);
      return browser.ask(`/me${how.search ?? ''}`, { method: 'POST', ...how });
    };

    test('an accepted token stays, a session alone is given one for a minute', async () => {
      const base = await application({ legacy: { from: [place], present } }, make);
      const browser = client(base);
      const token = tokenOf('ada', { role: 'admin' });
      const first = await ask(browser, token);
      expect(first.status).toBe(200);
      expect(first.json.token).toBe(token);
      browser.cookies.delete('token');
      const second = await ask(browser);
      expect(second.status).toBe(200);
      expect(second.json.claims).toMatchObject({ id: 'ada', role: 'admin' });
      const { iat, exp } = jwt.decode(String(second.json.token), { json: true }) ?? {};
      expect(exp).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) + 60);
      expect(iat).toBe(jwt.decode(token, { json: true })?.iat);
      if (place.name === 'authorization') expect(second.json.raw).toMatch(/ .*\..*\./);
    });

    test('a spent token is answered as one that has expired, a wrong one as a wrong one', async () => {
      const base = await application({ legacy: { from: [place], present } }, make);
      const browser = client(base);
      const token = tokenOf('ada');
      await ask(browser, token);
      await ask(browser);
      const replay = await ask(client(base), token);
      expect(replay.status).toBe(401);
      expect(replay.json.error).toBe('TokenExpiredError: jwt expired');
      expect(replay.text).not.toContain(token);
      const { id } = jwt.decode(String(replay.json.token), { json: true }) ?? {};
      expect(id).toBeUndefined();
      const expired = await ask(
        client(base),
        tokenOf('ada', { exp: Math.floor(Date.now() / 1000) - 5, age: 60 }),
      );
      expect(expired.json.error).toBe('TokenExpiredError: jwt expired');
      const wrong = await ask(client(base), `${token.slice(0, -5)}aaaaa`);
      expect(wrong.json.error).toMatch(/^JsonWebTokenError: (?:jwt malformed|invalid signature)$/);
      const nonsense = await ask(client(base), 'a.wrong.token');
      expect(nonsense.json.error).toBe('JsonWebTokenError: invalid token');
      const shapeless = await ask(client(base), 'nonsense');
      expect(shapeless.json.error).toBe('JsonWebTokenError: jwt malformed');
      const none = await ask(client(base));
      expect(none.json.error).toBe('JsonWebTokenError: jwt must be provided');
    });

    if (place.carrier === 'header')
      test('what is no JWT stays where it is, with a session and without', async () => {
        const base = await application({ legacy: { from: [place], present } }, make);
        const browser = client(base);
        await ask(browser, tokenOf('ada'));
        for (const one of ['EAAGm0PX4ZCpsBA', 'ya29.a0AfH6SM', 'key-of-an-application']) {
          expect((await ask(client(base), one)).json.token).toBe(one);
          expect((await ask(browser, one)).json.token).toBe(one);
        }
        for (const nothing of ['undefined', 'null'])
          expect((await ask(browser, nothing)).json.claims).toMatchObject({ id: 'ada' });
      });

    test('once the checks ask the session, a refused token is taken off', async () => {
      const base = await application({ legacy: { from: [place] } }, make);
      const browser = client(base);
      const token = tokenOf('ada');
      await ask(browser, token);
      await ask(browser);
      const replay = await ask(client(base), token);
      expect(replay.json.token).toBeUndefined();
      expect(replay.text).not.toContain(token);
    });

    test('what the shim refuses is refused though the application would take it', async () => {
      const claims = (payload: object) => ('purpose' in payload ? undefined : payload);
      const base = await application({ legacy: { from: [place], claims, mintedBefore: '2020-01-01' } }, make);
      const late = await ask(client(base), tokenOf('ada'));
      expect(late.status).toBe(401);
      const reset = await ask(client(base), tokenOf('ada', { purpose: 'reset' }));
      if (place.carrier === 'link') {
        // A reset link's token lives under the same name: its route checks it, a session it never opens.
        expect(reset.json.token).toBeTruthy();
      } else {
        expect(reset.status).toBe(401);
        expect(reset.json.token).toBeUndefined();
      }
      expect(reset.headers.getSetCookie()).toEqual([]);
    });
  });

  test('a newer session is shown instead of an older token', async () => {
    const base = await application({ legacy: { present } }, make);
    const browser = client(base);
    await browser.ask('/me', { token: tokenOf('ada', { age: 60, role: 'new' }) });
    const answer = await browser.ask('/me', { token: tokenOf('ada', { age: 3600, role: 'old' }) });
    expect(answer.json.claims).toMatchObject({ role: 'new' });
  });

  test('credentials that are no token stay', async () => {
    const base = await application({}, make);
    const answer = await client(base).ask('/me', { headers: { authorization: 'Basic YTpi' } });
    expect(answer.json.raw).toBe('Basic YTpi');
    const other = await client(base).ask('/me', { headers: { authorization: `JWT ${tokenOf('ada')}` } });
    expect(other.json.raw).toBeNull();
  });

  test('a list or several headers bring no token in', async () => {
    const base = await application({ legacy: { from: [query('token')] } }, make);
    const token = tokenOf('ada');
    for (const search of [`token=${token}&token=${token}`, `token[]=${token}`, `%74oken[0]=${token}`]) {
      const answer = await client(base).ask(`/me?${search}`);
      expect(answer.json).toMatchObject({ url: '/me', query: {} });
      expect(answer.status).toBe(401);
    }
    const several = await application({}, make);
    const { port, hostname } = new URL(several);
    const twice = await new Promise((resolve, reject) => {
      const headers = ['authorization', `Bearer ${token}`, 'authorization', `Bearer ${tokenOf('bob')}`];
      const asked = request({ port, hostname, path: '/me', headers: [...headers, 'host', hostname] });
      asked.on('response', (res) => resolve([res.statusCode, res.headers['set-cookie']]));
      asked.on('error', reject).end();
    });
    expect(twice).toEqual([401, undefined]);
  });
});

test('a session without a token is shown in every header that routes read, and in no other place', async () => {
  const app = express();
  app.use(express.json());
  app.use(
    cutover(
      optionsFor({
        legacy: {
          present,
          from: [
            bearer(),
            header('x-access-token'),
            header('x-refresh-token'),
            cookie('token'),
            query('token'),
          ],
        },
      }),
    ),
  );
  app.get('/', ({ headers, query: asked }, res) =>
    res.json({
      shown: headers['x-access-token'],
      json: {
        authorization: headers.authorization,
        refresh: headers['x-refresh-token'],
        cookie: headers.cookie?.match(/token=/)?.[0],
        query: asked,
      },
    }),
  );
  const browser = client(await listen(app));
  await browser.ask('/', { headers: { 'x-access-token': tokenOf('ada') } });
  const { shown, json } = (await browser.ask('/')).json;
  expect(jwt.verify(String(shown), SECRET)).toMatchObject({ id: 'ada' });
  expect(json).toEqual({ authorization: `Bearer ${shown}`, query: {} });
});

describe.each(EXPRESSES)('a session without a token on %s', (_, make) => {
  test('is shown in the query to routes that ask for it by its name, and to nobody else', async () => {
    const app = make();
    app.use(cutover(optionsFor({ legacy: { present, from: [bearer(), query('token')] } })));
    app.get('/', ({ query: asked, url, originalUrl }, res) =>
      res.json({ shown: asked.token, asked, names: Object.keys({ ...asked }), url, originalUrl }),
    );
    const base = await listen(app);
    const browser = client(base);
    await browser.ask('/', { headers: { authorization: `Bearer ${tokenOf('ada')}` } });
    const { shown, ...seen } = (await browser.ask('/?size=1')).json;
    expect(jwt.verify(String(shown), SECRET)).toMatchObject({ id: 'ada' });
    expect(seen).toEqual({ asked: { size: '1' }, names: ['size'], url: '/?size=1', originalUrl: '/?size=1' });
    const guest = (await client(base).ask('/?size=1')).json;
    expect(guest.shown).toBeUndefined();
  });
});

test('an end that counts milliseconds is shown in milliseconds', async () => {
  const app = express();
  app.use(cutover(optionsFor({ legacy: { present } })));
  app.get('/', (req, res) => res.json(jwt.decode(String(req.headers.authorization?.slice(7)))));
  const browser = client(await listen(app));
  const token = jwt.sign({ id: 'ada', exp: Date.now() + 3_600_000 }, SECRET);
  await browser.ask('/', { headers: { authorization: `Bearer ${token}` } });
  const shown = Number((await browser.ask('/')).json.exp);
  expect(shown).toBeGreaterThan(Date.now());
  expect(shown).toBeLessThan(Date.now() + 120_000);
});

test('a key in front of a token does not let the token by', async () => {
  const base = await application({ legacy: { from: [bearer()], present } }, express);
  const { hostname, port } = new URL(base);
  const seen = await new Promise<string>((resolve, reject) => {
    const bearers = ['key-of-an-application', tokenOf('ada')];
    const headers = [...bearers.flatMap((one) => ['authorization', `Bearer ${one}`]), 'host', hostname];
    const asked = request({ port, hostname, path: '/me', headers });
    asked.on('response', (answer) => answer.setEncoding('utf8').once('data', resolve));
    asked.on('error', reject).end();
  });
  expect(seen).not.toContain('key-of-an-application');
});

test('credentials of another scheme stay, with a session too', async () => {
  const base = await application({ legacy: { from: [bearer()], present } }, express);
  const browser = client(base);
  await browser.ask('/me', { method: 'POST', headers: { authorization: `Bearer ${tokenOf('ada')}` } });
  const basic = `Basic ${Buffer.from('bob:secret').toString('base64')}`;
  const { json } = await browser.ask('/me', { method: 'POST', headers: { authorization: basic } });
  expect(json.raw).toBe(basic);
});
