import express, { type NextFunction, type Request, type Response } from 'express';
import jwt from 'jsonwebtoken';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bearer,
  bridgedAuthorization,
  currentRequest,
  cutover,
  endAllSessions,
  endSession,
  listSessions,
  memoryStore,
  query,
  requireSession,
  SessionAbsentError,
  SessionExpiredError,
  SessionInvalidError,
  SessionRequiredError,
  type ShimEvent,
  sessionClaims,
  sessionMarker,
  startSession,
} from '../src/index.js';
import { client, listen, sessionCookies } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf, type Wanted } from './support/shop.js';

/** An application whose routes are given; each sees Express's request and response. */
async function application(
  wanted: Wanted,
  routes: Record<string, (req: Request, res: Response, next: NextFunction) => unknown>,
  events: ShimEvent[] = [],
) {
  const app = express();
  app.use(express.json());
  app.use(cutover(optionsFor(wanted, events)));
  for (const [path, route] of Object.entries(routes)) app.all(path, route);
  return client(await listen(app));
}

describe('startSession', () => {
  test('makes a new id at every login, and ends the session that was there', async () => {
    const base = await shopApplication(optionsFor());
    const browser = client(base);
    await browser.ask('/count');
    const planted = browser.cookies.get('session') ?? '';
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    const first = browser.cookies.get('session') ?? '';
    expect(first).not.toBe(planted);
    await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
    for (const old of [planted, first]) {
      const replay = client(base);
      replay.cookies.set('session', old);
      expect((await replay.ask('/me')).status).toBe(401);
    }
    expect((await browser.ask('/me')).json.id).toBe('bob');
  });

  test('takes a document of a database for what it is written as', async () => {
    const document = { $__: 'of the library', toJSON: () => ({ id: 'ada', role: 'user' }) };
    const browser = await application(
      {},
      {
        '/login': (req, res) => res.json({ token: startSession(req, document) }),
        '/me': (req, res) => res.json(requireSession(req)),
      },
    );
    await browser.ask('/login');
    const { iat, exp, ...claims } = (await browser.ask('/me')).json;
    expect(claims).toEqual({ id: 'ada', role: 'user' });
  });

  test('an id of the client’s choosing is not taken', async () => {
    const base = await shopApplication(optionsFor());
    for (const chosen of ['chosen', 's:chosen', 's%3Achosen.c2lnbmF0dXJl', 's%3A.']) {
      const browser = client(base);
      browser.cookies.set('session', chosen);
      await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
      expect(browser.cookies.get('session')).not.toBe(chosen);
      expect((await browser.ask('/me')).json.id).toBe('ada');
    }
  });

  test('the same claims again prolong the session, other claims begin another', async () => {
    const base = await shopApplication(optionsFor());
    const browser = client(base);
    const login = (json: object) => browser.ask('/login', { method: 'POST', json });
    await login({ id: 'ada', role: 'user', expiresIn: 60 });
    const cookie = browser.cookies.get('session');
    const { exp } = (await browser.ask('/me')).json;
    await login({ id: 'ada', role: 'user', expiresIn: 600, jti: 'another', iat: 1 });
    expect(browser.cookies.get('session')).toBe(cookie);
    await login({ role: 'user', id: 'ada', expiresIn: 600 });
    expect(browser.cookies.get('session')).toBe(cookie);
    expect(Number((await browser.ask('/me')).json.exp)).toBeGreaterThan(Number(exp) + 500);
    await login({ id: 'ada', role: 'admin' });
    expect(browser.cookies.get('session')).not.toBe(cookie);
  });

  test('with a callback, as jwt.sign took one', async () => {
    const browser = await application(
      {},
      {
        '/in': (req, res) => {
          const order: string[] = [];
          const returned = startSession(req, { id: 'ada' }, { expiresIn: '1h' }, (error, token) => {
            res.json({ error, token: typeof token, order: [...order, 'called'], returned: typeof returned });
          });
          order.push('returned');
        },
        '/short': (req, res) => startSession(req, { id: 'bob' }, (_error, token) => res.json({ token })),
        '/bad': (req, res) =>
          startSession(req, { id: 'ada' }, { expiresIn: 'soon' }, (error) =>
            res.json({ message: error?.message }),
          ),
        '/me': (req, res) => res.json(requireSession(req)),
      },
    );
    expect((await browser.ask('/in')).json).toEqual({
      error: null,
      token: 'string',
      order: ['returned', 'called'],
      returned: 'undefined',
    });
    expect((await browser.ask('/me')).json.id).toBe('ada');
    expect((await browser.ask('/bad')).json.message).toContain('expiresIn');
    await browser.ask('/short');
    expect((await browser.ask('/me')).json.id).toBe('bob');
  });

  test('claims that can not be stored throw at the call', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const errors: string[] = [];
    const browser = await application(
      {},
      {
        '/': (req, res) => {
          for (const claims of ['text', null, undefined, circular, { big: 1n }, []]) {
            try {
              // @ts-expect-error some are no objects
              startSession(req, claims);
            } catch (error) {
              errors.push(String(error));
            }
          }
          res.json(sessionClaims(req) ?? {});
        },
      },
    );
    const answer = await browser.ask('/');
    expect(answer.text).toBe('{}');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(errors).toHaveLength(6);
  });

  test('what jwt.sign put into the claims from its options is there', async () => {
    const browser = await application(
      {},
      {
        '/': (req, res) => {
          startSession(
            req,
            { a: 1 },
            {
              subject: 'ada',
              issuer: 'us',
              audience: ['all'],
              jwtid: '7',
              expiresIn: '2h',
              algorithm: 'HS256',
            },
          );
          res.json(sessionClaims(req));
        },
      },
    );
    const { json } = await browser.ask('/');
    expect(json).toMatchObject({ a: 1, sub: 'ada', iss: 'us', aud: ['all'], jti: '7' });
    expect(Number(json.exp) - Number(json.iat)).toBe(7200);
  });

  test('the absolute limit is not extended by use, and cookie and session end together', async () => {
    const base = await shopApplication(optionsFor({ session: { absolute: 3000 } }));
    const browser = client(base);
    const login = await browser.ask('/login', { method: 'POST', json: { id: 'ada', expiresIn: '7d' } });
    const expires = /Expires=([^;]+)/.exec(login.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    expect(Math.abs(new Date(expires).getTime() - Date.now() - 3000)).toBeLessThan(1600);
    for (let count = 0; count < 4; count += 1) {
      expect((await browser.ask('/count')).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const headers = { cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') };
    const over = async () => expect((await browser.ask('/me', { headers })).status).toBe(401);
    await vi.waitFor(over, { timeout: 10_000, interval: 200 });
  });

  test('an idle session ends, a used one does not', async () => {
    const base = await shopApplication(optionsFor({ session: { idle: 2000 } }));
    const [used, idle] = [client(base), client(base)];
    for (const browser of [used, idle]) await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    for (let count = 0; count < 5; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await used.ask('/me')).status).toBe(200);
    }
    expect((await idle.ask('/me')).json.error).toBe('jwt expired');
  });
});

describe('requireSession', () => {
  test.each([
    ['njwt', 'JwtParseError', 'Jwt is expired', 'Signature verification failed'],
    ['jwt-simple', 'Error', 'Token expired', 'Signature verification failed'],
    ['jsonwebtoken', 'TokenExpiredError', 'jwt expired', 'invalid signature'],
  ] as const)('says what is wrong as %s did', async (errors, name, expired, forged) => {
    const browser = await application(
      { errors },
      {
        '/me': (req, res) => {
          try {
            res.json(requireSession(req));
          } catch (error) {
            res.json({ ...Object(error), name: Object(error).name, message: Object(error).message });
          }
        },
      },
    );
    const told = (token: string) => browser.ask('/me', { headers: { authorization: `Bearer ${token}` } });
    const late = (await told(tokenOf('ada', { exp: Math.floor(Date.now() / 1000) - 60 }))).json;
    expect([late.name, late.message]).toEqual([name, expired]);
    if (errors === 'njwt') expect(late.userMessage).toBe(expired);
    expect((await told(jwt.sign({ id: 'ada' }, 'not the secret'))).json.message).toBe(forged);
  });

  const routes = {
    '/login': (req: Request, res: Response) => res.json({ token: startSession(req, { id: 'ada' }) }),
    '/out': async (req: Request, res: Response) => {
      await endSession(req);
      res.end();
    },
    '/': (req: Request, res: Response) => {
      try {
        res.json(requireSession(req));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        res.status(401).json({
          name: error.name,
          message: error.message,
          status: Object.entries(error).find(([key]) => key === 'status')?.[1],
          ours: error instanceof SessionRequiredError,
          library: error instanceof jwt.JsonWebTokenError,
          expired: error instanceof jwt.TokenExpiredError,
          kind: [SessionAbsentError, SessionInvalidError, SessionExpiredError].map(
            (Kind) => error instanceof Kind,
          ),
          header: bridgedAuthorization(req)?.split(' ')[0],
        });
      }
    },
    '/callback': (req: Request, res: Response) =>
      requireSession(req, (error, claims) =>
        res.json({ error: error?.message ?? null, id: claims?.id ?? null }),
      ),
  };

  test('tells apart absent, expired and invalid as jsonwebtoken does', async () => {
    const browser = await application({}, routes);
    const common = { status: 401, ours: true, library: true };
    expect((await browser.ask('/')).json).toEqual({
      ...common,
      name: 'JsonWebTokenError',
      message: 'jwt must be provided',
      expired: false,
      kind: [true, false, false],
    });
    const expired = tokenOf('ada', { exp: Math.floor(Date.now() / 1000) - 5 });
    expect((await browser.ask('/', { token: expired })).json).toEqual({
      ...common,
      name: 'TokenExpiredError',
      message: 'jwt expired',
      expired: true,
      kind: [false, false, true],
      header: 'Bearer',
    });
    expect((await browser.ask('/', { token: `${expired}x` })).json).toEqual({
      ...common,
      name: 'JsonWebTokenError',
      message: 'invalid signature',
      expired: false,
      kind: [false, true, false],
      header: 'Bearer',
    });
    for (const [token, message] of Object.entries({
      'a.wrong.token': 'invalid token',
      nonsense: 'jwt malformed',
    }))
      expect((await browser.ask('/', { token })).json).toMatchObject({
        message,
        kind: [false, true, false],
      });
    await browser.ask('/login');
    const cookie = browser.cookies.get('session') ?? '';
    expect((await browser.ask('/')).json).toMatchObject({
      id: 'ada',
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    await browser.ask('/out');
    browser.cookies.set('session', cookie);
    expect((await browser.ask('/')).json.message).toBe('jwt expired');
  });

  test('with a callback', async () => {
    const browser = await application({}, routes);
    expect((await browser.ask('/callback')).json).toEqual({ error: 'jwt must be provided', id: null });
    await browser.ask('/login');
    expect((await browser.ask('/callback')).json).toEqual({ error: null, id: 'ada' });
  });
});

test('what the application does with the claims does not change the session', async () => {
  const browser = await application(
    {},
    {
      '/login': (req, res) => res.json({ token: startSession(req, { id: 'ada', roles: ['user'] }) }),
      '/': (req, res) => {
        const claims = requireSession(req);
        claims.roles.push('admin');
        claims.id = 'root';
        res.json(sessionClaims(req));
      },
    },
  );
  await browser.ask('/login');
  for (const _ of [1, 2]) expect((await browser.ask('/')).json).toMatchObject({ id: 'ada', roles: ['user'] });
});

test('the marker can be decoded, is unique to its session, and opens nothing', async () => {
  const routes = {
    '/login': (req: Request, res: Response) => {
      const token = startSession(req, { id: 'ada', name: 'Ada Löwe' });
      res.json({ token, other: sessionMarker(req), header: bridgedAuthorization(req) });
    },
    '/before': (req: Request, res: Response) => res.json({ token: sessionMarker(req) }),
    '/': (req: Request, res: Response) => res.json(sessionClaims(req) ?? {}),
  };
  const one = await application({}, routes);
  const { token, other, header } = (await one.ask('/login')).json;
  expect(other).toBe(token);
  expect(header).toBe(`Bearer ${token}`);
  expect(jwt.decode(String(token))).toMatchObject({ id: 'ada', name: 'Ada Löwe', exp: expect.any(Number) });
  const two = await application({}, routes);
  expect((await two.ask('/login')).json.token).not.toBe(token);
  expect((await two.ask('/before')).json.token).toMatch(/^eyJ/);
  one.cookies.clear();
  const alone = await one.ask('/', { token: String(token) });
  expect(alone.text).toBe('{}');
  expect(alone.headers.getSetCookie()).toEqual([]);
});

test('currentRequest finds the request through timers and promises, and says so when there is none', async () => {
  expect(() => currentRequest()).toThrow(/cutover/);
  const deep = async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return sessionClaims(currentRequest());
  };
  const browser = await application(
    {},
    {
      '/login': (_req, res) => res.json({ token: startSession(currentRequest(), { id: 'ada' }) }),
      '/': async (_req, res) => res.json(await deep()),
    },
  );
  await browser.ask('/login');
  expect((await browser.ask('/')).json.id).toBe('ada');
});

test('a call before cutover says what is missing', async () => {
  const app = express();
  app.get('/', (req, res) => {
    expect(() => startSession(req, { id: 1 })).toThrow(/startSession: .*cutover/);
    expect(() => sessionClaims(req)).toThrow(/sessionClaims: .*cutover/);
    res.end();
  });
  expect((await client(await listen(app)).ask('/')).status).toBe(200);
});

test('logout and login in one request', async () => {
  const browser = await application(
    {},
    {
      '/login': (req, res) => res.json({ token: startSession(req, { id: 'ada' }) }),
      '/switch': (req, res) => {
        void endSession(req);
        expect(sessionClaims(req)).toBeUndefined();
        res.json({ token: startSession(req, { id: 'bob' }) });
      },
      '/': (req, res) => res.json(sessionClaims(req) ?? {}),
    },
  );
  await browser.ask('/login');
  const answer = await browser.ask('/switch');
  expect(sessionCookies(answer.headers)).toHaveLength(1);
  expect((await browser.ask('/')).json.id).toBe('bob');
});

test('a logout that arrives after the login that followed it does not take the new cookie', async () => {
  const base = await shopApplication(optionsFor());
  const browser = client(base);
  await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
  const cookie = `session=${browser.cookies.get('session')}`;
  await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
  for (const [path, method] of [
    ['/session', 'DELETE'],
    ['/logout', 'POST'],
  ] as const) {
    const late = await client(base).ask(path, { method, headers: { cookie } });
    expect(late.headers.getSetCookie()).toEqual([]);
  }
  expect((await browser.ask('/me')).json.id).toBe('bob');
});

test('endAllSessions from inside and outside of a request, and a login after it', async () => {
  const browser = await application(
    {},
    {
      '/login': (req, res) => res.json({ token: startSession(req, { id: 'eve' }) }),
      '/everywhere': async (_req, res) => {
        await endAllSessions('eve');
        res.end();
      },
      '/': (req, res) => res.json(sessionClaims(req) ?? {}),
    },
  );
  const token = tokenOf('eve');
  for (const end of [() => endAllSessions('eve'), () => browser.ask('/everywhere', { noCookie: true })]) {
    await browser.ask('/login');
    expect((await browser.ask('/')).json.id).toBe('eve');
    await end();
    expect((await browser.ask('/')).json.id).toBeUndefined();
  }
  expect((await browser.ask('/', { token })).text).toBe('{}');
  await browser.ask('/login');
  expect((await browser.ask('/')).json.id).toBe('eve');
});

test('a touch writes only when it is due', async () => {
  const store = memoryStore();
  const base = await shopApplication(optionsFor({ session: { store, idle: '1h' } }));
  const browser = client(base);
  await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
  const extend = vi.spyOn(store, 'extend');
  for (let count = 0; count < 5; count += 1) await browser.ask('/me');
  expect(extend).toHaveBeenCalledTimes(1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  onTestFinished(() => void vi.useRealTimers());
  for (let count = 0; count < 5; count += 1) await browser.ask('/me');
  expect(extend).toHaveBeenCalledTimes(2);
});

test('no token, cookie or secret is in an event, a warning, a log or an error', async () => {
  const said: unknown[] = [];
  const spies = [
    ...(['log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...all) => void said.push(all)),
    ),
    vi.spyOn(process, 'emitWarning').mockImplementation((...all) => void said.push(all)),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const events: ShimEvent[] = [];
  const store = memoryStore();
  const options = optionsFor({ session: { store }, legacy: { from: [bearer(), query('token')] } }, events);
  const base = await shopApplication(options);
  const browser = client(base);
  const token = tokenOf('ada');
  const expired = tokenOf('ada', { exp: 1 });
  const answers = [await browser.ask('/me', { token })];
  const cookie = browser.cookies.get('session') ?? '';
  answers.push(
    await browser.ask('/me', { token }),
    await client(base).ask('/me', { token }),
    await client(base).ask(`/me?token=${token}x`, { token: expired }),
    await browser.ask('/count', { method: 'POST', headers: { origin: 'https://evil.example' } }),
  );
  const { get } = store;
  Object.assign(store, { get: () => Promise.reject(new Error('store away')) });
  answers.push(await browser.ask('/me'));
  Object.assign(store, { get });
  answers.push(await browser.ask('/logout', { method: 'POST' }));
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(4);
  const secrets = ['the cookie is signed with this', SECRET, ...token.split('.').slice(1)];
  secrets.push(expired.split('.')[2] ?? '', decodeURIComponent(cookie).slice(2).split('.')[0] ?? '');
  const errors = answers.filter(({ status }) => status >= 400).map(({ text }) => text);
  expect(errors.length).toBeGreaterThan(2);
  const texts = [events, said, errors].map((one) => JSON.stringify(one));
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
});

describe('what a user sees of the open sessions', () => {
  const routes = {
    '/login': (req: Request, res: Response) => res.json({ token: startSession(req, { id: 'eve' }) }),
    '/': (req: Request, res: Response) => res.json(sessionClaims(req) ?? {}),
    '/others': async (req: Request, res: Response) => {
      await endAllSessions('eve', { except: req });
      res.end();
    },
    '/list': async (_req: Request, res: Response) => {
      res.json({ open: await listSessions('eve') });
    },
    '/end/:id': async (req: Request, res: Response) => {
      const found = (await listSessions('eve')).find(({ id }) => id === req.params.id);
      await found?.end();
      res.sendStatus(found ? 204 : 404);
    },
  };
  async function twoBrowsers() {
    const app = express();
    app.use(cutover(optionsFor({ session: { name: 'eves' } })));
    for (const [path, route] of Object.entries(routes)) app.all(path, route);
    const base = await listen(app);
    const [phone, laptop] = [client(base), client(base)];
    for (const browser of [phone, laptop]) await browser.ask('/login');
    return { base, phone, laptop };
  }
  const idOf = async (browser: ReturnType<typeof client>) => (await browser.ask('/')).json.id;

  test('after a change of password everybody else is out, old tokens too', async () => {
    const { base, phone, laptop } = await twoBrowsers();
    const token = tokenOf('eve');
    await phone.ask('/others');
    expect(await idOf(phone)).toBe('eve');
    expect(await idOf(laptop)).toBeUndefined();
    expect((await client(base).ask('/', { token })).text).toBe('{}');
  });

  test('any one of them can be ended, by a name that opens nothing', async () => {
    const { phone, laptop } = await twoBrowsers();
    const listed = JSON.parse((await phone.ask('/list')).text).open;
    expect(listed.map(({ current }: { current: boolean }) => current).sort()).toEqual([false, true]);
    const cookie = decodeURIComponent(laptop.cookies.get('eves') ?? '');
    expect(JSON.stringify(listed)).not.toContain(cookie.slice(2).split('.')[0]);
    const { id } = listed.find(({ current }: { current: boolean }) => !current);
    expect((await phone.ask(`/end/${id}`)).status).toBe(204);
    expect(await idOf(laptop)).toBeUndefined();
    expect(await idOf(phone)).toBe('eve');
    expect((await phone.ask(`/end/${id}`)).status).toBe(404);
  });
});

test('a login again, with the same claims, is a new session where the old one was ended first', async () => {
  const browser = await application(
    {},
    {
      '/login': async (req, res) => {
        await endSession(req);
        res.json({ token: startSession(req, { id: 'ada' }) });
      },
      '/': (req, res) => res.json(sessionClaims(req) ?? {}),
    },
  );
  await browser.ask('/login');
  const before = browser.cookies.get('session');
  await browser.ask('/login');
  expect(browser.cookies.get('session')).not.toBe(before);
  expect((await browser.ask('/')).json.id).toBe('ada');
});

test('secrets can be changed one after the other', async () => {
  const { store } = optionsFor().session;
  const at = async (secret: string | string[]) =>
    shopApplication(optionsFor({ session: { secret, ...(store ? { store } : {}) } }));
  const browser = client(await at('old'));
  await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
  const cookie = browser.cookies.get('session') ?? '';
  const then: [string | string[], number][] = [
    [['new', 'old'], 200],
    ['new', 401],
  ];
  for (const [secret, status] of then) {
    const later = client(await at(secret));
    later.cookies.set('session', cookie);
    expect((await later.ask('/me')).status).toBe(status);
  }
});

test('the cookie is Secure behind a proxy that is trusted, and only then', async () => {
  const app = express();
  app.set('trust proxy', 'loopback');
  app.use(cutover(optionsFor()));
  app.all('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
  app.all('/out', (req, res) => {
    void endSession(req);
    res.end();
  });
  const browser = client(await listen(app));
  const https = { 'x-forwarded-proto': 'https' };
  expect((await browser.ask('/login', { headers: https })).headers.getSetCookie()[0]).toMatch(/; Secure/);
  expect((await browser.ask('/out', { headers: https })).headers.getSetCookie()[0]).toMatch(/; Secure/);
  expect((await browser.ask('/login')).headers.getSetCookie()[0]).not.toMatch(/Secure/);
});

describe('a proxy that ends TLS and is not trusted', () => {
  const https = { 'x-forwarded-proto': 'https' };
  async function asked(configure: (app: express.Express) => void, wanted: Wanted, headers = https) {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    vi.stubEnv('NODE_ENV', 'production');
    onTestFinished(() => {
      vi.unstubAllEnvs();
      warn.mockRestore();
    });
    const events: ShimEvent[] = [];
    const options = optionsFor(wanted, events);
    warn.mockClear();
    const app = express();
    configure(app);
    app.use(cutover(options));
    app.get('/', (_req, res) => void res.end());
    const browser = client(await listen(app));
    for (const _ of [1, 2, 3]) await browser.ask('/', { headers });
    return { events, warnings: warn.mock.calls };
  }

  test('is said once, with the way out', async () => {
    const { events, warnings } = await asked(() => {}, {});
    expect(events).toEqual([
      { type: 'proxy-not-trusted', message: expect.stringContaining("app.set('trust proxy', 1)") },
    ]);
    expect(warnings).toEqual([
      [expect.stringContaining("app.set('trust proxy', 1)"), { code: 'JWT_TO_SESSION_PROXY' }],
    ]);
  });

  test.each<[string, (app: express.Express) => void, Wanted, Record<string, string>?]>([
    ['trusted', (app) => app.set('trust proxy', 1), {}],
    ['trusted by session.proxy', () => {}, { session: { proxy: true } }],
    ['a cookie that is not to be Secure', () => {}, { session: { cookie: { secure: false } } }],
    ['plain HTTP in front too', () => {}, {}, { 'x-forwarded-proto': 'http' }],
  ])('nothing is said: %s', async (_, configure, wanted, headers) => {
    expect(await asked(configure, wanted, { ...https, ...headers })).toEqual({ events: [], warnings: [] });
  });
});

test('Secure that can not be met is an error, not a missing cookie', async () => {
  const app = express();
  app.use(cutover(optionsFor({ session: { cookie: { secure: true } } })));
  app.get('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
  app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
    res.status(500).json({ error: error.message });
  });
  const answer = await client(await listen(app)).ask('/login', { headers: { 'x-forwarded-proto': 'https' } });
  expect(answer.status).toBe(500);
  expect(answer.json.error).toMatch(/trust proxy/);
});
