import express, { type Request, type Response } from 'express';
import session from 'express-session';
import { describe, expect, test } from 'vitest';
import { cutover, type SessionOptions } from '../src/index.js';
import { client, listen } from './support/server.js';
import { optionsFor } from './support/shop.js';

declare module 'express-session' {
  interface SessionData {
    note?: string;
    seen?: number;
    deep?: { list: unknown[]; date: Date; none: undefined };
  }
}

type Routes = Record<string, (req: Request, res: Response) => unknown>;
type Options = Partial<Omit<SessionOptions, 'secret' | 'store' | 'name'>>;

/** The same application twice: on express-session as it comes, and through `cutover` with `legacy: false`. */
const SIDES = {
  'express-session': (options: Options) => {
    const { genid, cookie, ...rest } = options;
    return session({
      secret: 's',
      name: 'sid',
      resave: false,
      saveUninitialized: false,
      ...rest,
      ...(genid ? { genid } : {}),
      ...(cookie ? { cookie: { ...cookie } } : {}),
    });
  },
  cutover: (options: Options) =>
    cutover(optionsFor({ legacy: false, session: { secret: 's', name: 'sid', ...options } })),
};

async function application(side: keyof typeof SIDES, routes: Routes, options: Options = {}) {
  const app = express();
  app.use(SIDES[side](options));
  for (const [path, route] of Object.entries(routes)) app.get(path, route);
  return client(await listen(app));
}

const done = (res: Response) => (error?: unknown) => void res.json({ error: error ? String(error) : null });

describe.each(['express-session', 'cutover'] as const)('%s', (side) => {
  test('a session is stored when it is changed, and not before', async () => {
    const browser = await application(side, {
      '/': (req, res) => res.json({ note: req.session.note ?? null }),
      '/set': (req, res) => {
        req.session.note = 'hello';
        res.json({});
      },
    });
    expect((await browser.ask('/')).headers.getSetCookie()).toEqual([]);
    const set = await browser.ask('/set');
    expect(set.headers.getSetCookie()[0]).toMatch(/^sid=s%3A.*; Path=\/; HttpOnly/);
    expect((await browser.ask('/')).json.note).toBe('hello');
    expect((await browser.ask('/')).headers.getSetCookie()).toEqual([]);
  });

  test('saveUninitialized stores and sets the cookie at once', async () => {
    const browser = await application(
      side,
      { '/': (req, res) => res.json({ id: req.sessionID }) },
      { saveUninitialized: true },
    );
    const first = await browser.ask('/');
    expect(first.headers.getSetCookie()).toHaveLength(1);
    expect((await browser.ask('/')).json.id).toBe(first.json.id);
  });

  test('regenerate makes a new id and ends the old session', async () => {
    const browser = await application(side, {
      '/set': (req, res) => {
        req.session.note = 'old';
        res.json({ id: req.session.id });
      },
      '/regenerate': (req, res) => {
        const before = req.session.id;
        req.session.regenerate((error) => {
          req.session.seen = 1;
          res.json({
            error: error ?? null,
            other: before !== req.session.id,
            same: req.session.id === req.sessionID,
            note: req.session.note ?? null,
          });
        });
      },
      '/': (req, res) => res.json({ note: req.session.note ?? null, seen: req.session.seen ?? null }),
    });
    await browser.ask('/set');
    const old = browser.cookies.get('sid') ?? '';
    expect((await browser.ask('/regenerate')).json).toEqual({
      error: null,
      other: true,
      same: true,
      note: null,
    });
    expect(browser.cookies.get('sid')).not.toBe(old);
    expect((await browser.ask('/')).json).toEqual({ note: null, seen: 1 });
    browser.cookies.set('sid', old);
    expect((await browser.ask('/')).json).toEqual({ note: null, seen: null });
  });

  test('regenerate alone is kept', async () => {
    const browser = await application(side, {
      '/': (req, res) => req.session.regenerate(() => res.json({ id: req.session.id })),
      '/id': (req, res) => res.json({ id: req.session.id }),
    });
    const { id } = (await browser.ask('/')).json;
    expect((await browser.ask('/id')).json.id).toBe(id);
  });

  test('destroy ends the session and unsets req.session', async () => {
    const browser = await application(side, {
      '/set': (req, res) => {
        req.session.note = 'x';
        res.json({});
      },
      '/destroy': (req, res) =>
        req.session.destroy((error) => res.json({ error: error ?? null, gone: req.session === undefined })),
      '/': (req, res) => res.json({ note: req.session.note ?? null }),
    });
    await browser.ask('/set');
    expect((await browser.ask('/destroy')).json).toEqual({ error: null, gone: true });
    expect((await browser.ask('/')).json.note).toBeNull();
  });

  test('reload brings back what is stored', async () => {
    const browser = await application(side, {
      '/set': (req, res) => {
        req.session.note = 'stored';
        res.json({});
      },
      '/reload': (req, res) => {
        req.session.note = 'changed';
        req.session.reload((error) => {
          const found = req.session.note;
          req.session.seen = 2;
          res.json({ error: error ?? null, found });
        });
      },
      '/fresh': (req, res) => req.session.reload(done(res)),
      '/': (req, res) => res.json({ note: req.session.note, seen: req.session.seen }),
    });
    await browser.ask('/set');
    expect((await browser.ask('/reload')).json).toEqual({ error: null, found: 'stored' });
    expect((await browser.ask('/')).json).toEqual({ note: 'stored', seen: 2 });
    browser.cookies.clear();
    expect((await browser.ask('/fresh')).json.error).toMatch(/failed to load session/);
  });

  test('save stores at once', async () => {
    const kept: { id?: string } = {};
    const browser = await application(side, {
      '/save': (req, res) => {
        req.session.note = 'early';
        kept.id = req.session.id;
        req.session.save((error) => {
          req.sessionStore.get(req.session.id, (_, found) => {
            res.json({ error: error ?? null, found: found?.note ?? null });
          });
        });
      },
      '/': (req, res) => res.json({ note: req.session.note }),
    });
    expect((await browser.ask('/save')).json).toEqual({ error: null, found: 'early' });
    expect((await browser.ask('/')).json.note).toBe('early');
  });

  test('touch moves the cookie’s end', async () => {
    const browser = await application(
      side,
      {
        '/': async (req, res) => {
          req.session.note = 'x';
          const before = req.session.cookie.expires?.valueOf() ?? 0;
          await new Promise((resolve) => setTimeout(resolve, 30));
          req.session.touch();
          res.json({
            moved: (req.session.cookie.expires?.valueOf() ?? 0) - before >= 25,
            age: Math.round((req.session.cookie.originalMaxAge ?? 0) / 1000),
          });
        },
      },
      { cookie: { maxAge: 60_000 } },
    );
    expect((await browser.ask('/')).json).toEqual({ moved: true, age: 60 });
  });

  test('a session with maxAge ends after it, and lives on with use', async () => {
    const browser = await application(
      side,
      {
        '/': (req, res) => {
          req.session.seen = (req.session.seen ?? 0) + 1;
          res.json({ seen: req.session.seen });
        },
        '/look': (req, res) => res.json({ seen: req.session.seen ?? null }),
      },
      { cookie: { maxAge: 2000 } },
    );
    await browser.ask('/');
    for (let count = 0; count < 4; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect((await browser.ask('/look')).json.seen).toBe(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 2300));
    expect((await browser.ask('/look')).json.seen).toBeNull();
  });

  test('rolling sets the cookie with every answer', async () => {
    const browser = await application(
      side,
      {
        '/set': (req, res) => {
          req.session.note = 'x';
          res.json({});
        },
        '/': (_req, res) => res.json({}),
      },
      { rolling: true, cookie: { maxAge: 60_000 } },
    );
    expect((await browser.ask('/')).headers.getSetCookie()).toEqual([]);
    await browser.ask('/set');
    expect((await browser.ask('/')).headers.getSetCookie()).toHaveLength(1);
  });

  test.each(['keep', 'destroy'] as const)('unset: %s', async (unset) => {
    const browser = await application(
      side,
      {
        '/set': (req, res) => {
          req.session.note = 'x';
          res.json({});
        },
        '/unset': (req, res) => {
          Object.assign(req, { session: null });
          res.json({});
        },
        '/': (req, res) => res.json({ note: req.session.note ?? null }),
      },
      { unset },
    );
    await browser.ask('/set');
    await browser.ask('/unset');
    expect((await browser.ask('/')).json.note).toBe(unset === 'keep' ? 'x' : null);
  });

  test('genid names sessions', async () => {
    let count = 0;
    const browser = await application(
      side,
      {
        '/': (req, res) => {
          req.session.note = 'x';
          res.json({ id: req.sessionID });
        },
      },
      { genid: () => `own-${++count}` },
    );
    expect((await browser.ask('/')).json.id).toBe('own-1');
    expect(decodeURIComponent(browser.cookies.get('sid') ?? '')).toMatch(/^s:own-1\./);
  });

  test('the cookie is set as the options say', async () => {
    const browser = await application(
      side,
      {
        '/app': (req, res) => {
          req.session.note = 'x';
          res.json({});
        },
        '/': (req, res) => res.json({ has: 'session' in req && req.session !== undefined }),
      },
      {
        cookie: {
          path: '/app',
          domain: 'a.example',
          sameSite: 'strict',
          httpOnly: false,
          secure: false,
          priority: 'high',
        },
      },
    );
    const [line = ''] = (await browser.ask('/app')).headers.getSetCookie();
    expect(line.split('; ').slice(1)).toEqual([
      'Domain=a.example',
      'Path=/app',
      'Priority=High',
      'SameSite=Strict',
    ]);
    expect((await browser.ask('/')).json.has).toBe(false);
  });

  test('sessions of a changed shape, deep and with odd values, come back as JSON has them', async () => {
    const browser = await application(side, {
      '/set': (req, res) => {
        req.session.deep = { list: [1, { a: null }], date: new Date(0), none: undefined };
        res.json({});
      },
      '/change': (req, res) => {
        req.session.deep?.list.push('more');
        res.json({});
      },
      '/': (req, res) => res.json({ ...req.session, cookie: undefined }),
    });
    await browser.ask('/set');
    await browser.ask('/change');
    expect((await browser.ask('/')).json).toEqual({
      deep: { list: [1, { a: null }, 'more'], date: '1970-01-01T00:00:00.000Z' },
    });
  });
});
