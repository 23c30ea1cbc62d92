import express, { type NextFunction, type Request, type Response } from 'express';
import { expressjwt } from 'express-jwt';
import passport from 'passport';
import { ExtractJwt, Strategy as JwtStrategy } from 'passport-jwt';
import { describe, expect, test } from 'vitest';
import { cutover, endSession, sessionGuard, sessionStrategy, startSession } from '../src/index.js';
import { client, listen } from './support/server.js';
import { optionsFor, SECRET, tokenOf } from './support/shop.js';

interface WithAuth extends Request {
  auth?: { id?: string };
  account?: { id?: string };
}

/** The same routes twice: behind the library as it was, and behind what takes its place. */
async function application(before: (app: express.Express) => void, routes: (app: express.Express) => void) {
  const app = express();
  before(app);
  app.get('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
  app.get('/out', async (req, res) => {
    await endSession(req);
    res.end();
  });
  routes(app);
  app.use(
    (
      error: { name: string; code: string; status: number; message: string; inner?: { message: string } },
      _req: Request,
      res: Response,
      _next: NextFunction,
    ) => {
      const { name, code, status, message, inner } = error;
      res.status(status ?? 500).json({ name, code, status, message, inner: inner?.message });
    },
  );
  return client(await listen(app));
}

const none = `${tokenOf('ada').slice(0, -5)}AAAAA`;
const expired = tokenOf('ada', { exp: 1_700_000_000 });

describe('sessionGuard', () => {
  const shim = (app: express.Express) => void app.use(cutover(optionsFor()));
  const routes =
    (required: express.Handler, optional: express.Handler, everywhere: express.Handler) =>
    (app: express.Express) => {
      app.all('/required', required, (req: WithAuth, res) => void res.json({ id: req.auth?.id ?? null }));
      app.get('/optional', optional, (req: WithAuth, res) => void res.json({ id: req.account?.id ?? null }));
      app.use(everywhere);
      app.get('/public', (_req, res) => void res.json({ open: true }));
      app.get('/closed', (_req, res) => void res.json({ open: false }));
    };
  const of = { secret: SECRET, algorithms: ['HS256' as const] };
  const theirs = routes(
    expressjwt(of),
    expressjwt({ ...of, credentialsRequired: false, requestProperty: 'account' }),
    expressjwt(of).unless({ path: ['/public', '/login'] }),
  );
  const ours = routes(
    sessionGuard(),
    sessionGuard({ required: false, requestProperty: 'account' }),
    sessionGuard().unless({ path: ['/public', '/login'] }),
  );

  test.each([
    ['/required', {}],
    ['/required', { token: tokenOf('ada') }],
    ['/required', { token: expired }],
    [
      '/required',
      { method: 'OPTIONS', headers: { 'access-control-request-headers': 'content-type, authorization' } },
    ],
    ['/optional', {}],
    ['/optional', { token: tokenOf('ada') }],
    ['/optional', { token: expired }],
    ['/public', {}],
    ['/closed', {}],
    ['/closed', { token: tokenOf('ada') }],
  ] as const)('%s %j: answers as express-jwt did', async (path, asked) => {
    const before = await (await application(() => {}, theirs)).ask(path, asked);
    const after = await (await application(shim, ours)).ask(path, asked);
    expect([after.status, after.json]).toEqual([before.status, before.json]);
  });

  test('by cookie; a cookie whose session is over is a guest’s', async () => {
    const browser = await application(shim, ours);
    await browser.ask('/login');
    expect((await browser.ask('/required')).json.id).toBe('ada');
    expect((await browser.ask('/optional')).json.id).toBe('ada');
    const cookie = browser.cookies.get('session') ?? '';
    await browser.ask('/out');
    browser.cookies.set('session', cookie);
    expect((await browser.ask('/optional')).json).toEqual({ id: null });
    expect((await browser.ask('/required')).json.code).toBe('credentials_required');
    expect((await browser.ask('/required', { token: none })).json).toMatchObject({
      code: 'invalid_token',
      name: 'UnauthorizedError',
    });
  });

  test('isRevoked is asked in both forms that express-jwt took', async () => {
    const asked: unknown[] = [];
    const byPromise = async (_req: Request, { payload }: { payload: Record<string, unknown> }) =>
      payload.id === 'bob';
    const byCallback = (
      _req: Request,
      claims: Record<string, unknown>,
      done: (error: unknown, revoked?: boolean) => void,
    ) => {
      asked.push(claims.id);
      done(claims.id === 'eve' ? new Error('database') : null, claims.id === 'bob');
    };
    const routes = (first: express.Handler, second: express.Handler) => (app: express.Express) => {
      app.get('/promise', first, (_req, res) => void res.json({ passed: true }));
      app.get('/callback', second, (_req, res) => void res.json({ passed: true }));
    };
    const of = { secret: SECRET, algorithms: ['HS256' as const] };
    const theirs = routes(
      expressjwt({ ...of, isRevoked: async (_req, token) => Object(token?.payload).id === 'bob' }),
      (_req, _res, next) => next(),
    );
    const before = await application(() => {}, theirs);
    const after = await application(
      shim,
      routes(sessionGuard({ isRevoked: byPromise }), sessionGuard({ isRevoked: byCallback })),
    );
    for (const id of ['ada', 'bob']) {
      const { status, json } = await before.ask('/promise', { token: tokenOf(id) });
      for (const path of ['/promise', '/callback']) {
        const answer = await after.ask(path, { token: tokenOf(id) });
        expect([answer.status, answer.json]).toEqual([status, json]);
      }
    }
    expect((await after.ask('/callback', { token: tokenOf('eve') })).json.message).toBe('database');
    expect(asked).toEqual(['ada', 'bob', 'eve']);
  });

  test('onExpired lets pass or fails as it likes', async () => {
    const guard = sessionGuard({
      onExpired: (req) => {
        if (req.url === '/strict') throw Object.assign(new Error('over'), { status: 419 });
      },
    });
    const browser = await application(shim, (app) => {
      app.get(['/lax', '/strict'], guard, (_req, res) => void res.json({ passed: true }));
    });
    expect((await browser.ask('/lax', { token: expired })).json.passed).toBe(true);
    expect((await browser.ask('/strict', { token: expired })).status).toBe(419);
  });
});

describe('sessionStrategy', () => {
  const accounts = new Map([['ada', { id: 'ada', name: 'Ada' }]]);
  const find = (id: unknown, done: (error: unknown, user?: object | false) => void) => {
    if (id === 'broken') done(new Error('database'));
    else done(null, accounts.get(String(id)) ?? false);
  };
  const routes = (strategy: passport.Strategy) => (app: express.Express) => {
    const own = new passport.Passport();
    own.use(strategy);
    app.use(own.initialize());
    app.get('/me', own.authenticate('jwt', { session: false }), (req, res) => void res.json(req.user));
    app.get('/custom', (req, res, next) => {
      const answer = (error: unknown, user: unknown, info?: { message?: string; name?: string }) =>
        res.json({
          error: error ? String(error) : null,
          user: user || null,
          info: info?.message,
          name: info?.name,
        });
      own.authenticate('jwt', { session: false }, answer)(req, res, next);
    });
  };
  const theirs = routes(
    new JwtStrategy(
      { secretOrKey: SECRET, jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken() },
      (claims, done) => find(claims.id, done),
    ),
  );
  const ours = routes(sessionStrategy((claims, done) => find(claims.id, done)));

  test.each(['/me', '/custom'])('%s answers as passport-jwt did', async (path) => {
    for (const token of [undefined, tokenOf('ada'), tokenOf('nobody'), tokenOf('broken'), expired]) {
      const asked = token === undefined ? {} : { token };
      const before = await (await application(() => {}, theirs)).ask(path, asked);
      const after = await (await application((app) => void app.use(cutover(optionsFor())), ours)).ask(
        path,
        asked,
      );
      expect([after.status, after.json]).toEqual([before.status, before.json]);
    }
  });

  test('with the request', async () => {
    const strategy = sessionStrategy({ passReqToCallback: true }, (req: Request, claims, done) =>
      find(req.query.as ?? claims.id, done),
    );
    const browser = await application((app) => void app.use(cutover(optionsFor())), routes(strategy));
    expect((await browser.ask('/me?as=nobody', { token: tokenOf('ada') })).status).toBe(401);
    expect((await browser.ask('/me?as=ada')).status).toBe(200);
  });
});
