import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import compression from 'compression';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { describe, expect, test } from 'vitest';
import { type CutoverStore, cutover, memoryStore, sessionClaims, startSession } from '../src/index.js';
import { client, EXPRESSES, listen, sessionCookies } from './support/server.js';
import { optionsFor } from './support/shop.js';

const FILE = join(mkdtempSync(join(tmpdir(), 'file-')), 'page.html');
writeFileSync(FILE, 'x'.repeat(300_000));

/** Every way to answer that Express applications use; each after a login. */
const ANSWERS: Record<string, (req: Request, res: Response) => unknown> = {
  json: (_, res) => res.json({ a: 1 }),
  'status and send': (_, res) => res.status(201).send('hello'),
  sendStatus: (_, res) => res.sendStatus(204),
  redirect: (_, res) => res.redirect('/elsewhere'),
  sendFile: (_, res) => res.sendFile(FILE),
  'a stream': (_, res) =>
    pipeline(Readable.from(Array.from({ length: 500 }, () => 'y'.repeat(1000))), res).catch(() => {}),
  'an event stream': (_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('data: 1\n\n');
    setTimeout(() => res.end('data: 2\n\n'), 30);
  },
  flushHeaders: (_, res) => {
    res.flushHeaders();
    setTimeout(() => res.end('late'), 30);
  },
  'writeHead with a list': (_, res) => {
    res.writeHead(200, ['X-One', '1', 'Content-Length', '2']);
    res.end('ok');
  },
  'end with a callback': (_, res) => res.end('done', () => {}),
  'end with a callback alone': (_, res) => res.end(() => {}),
  'not modified': (_, res) => res.status(304).end(),
  'an error for Express’s own handler': () => {
    throw new Error('a bug');
  },
  'an error for the application’s handler': () => {
    throw Object.assign(new Error('a bug'), { teapot: true });
  },
  'write and end': (_, res) => {
    res.write('one ');
    res.write(Buffer.from('two '), () => {});
    res.end('three');
  },
};

const COMPRESSIONS: Record<string, (app: Express, shim: () => void) => void> = {
  'no compression': (_, shim) => shim(),
  'compression before': (app, shim) => {
    app.use(compression({ threshold: 0 }));
    shim();
  },
  'compression after': (app, shim) => {
    shim();
    app.use(compression({ threshold: 0 }));
  },
};

async function application(store: CutoverStore, around = COMPRESSIONS['no compression'], make = express) {
  const app = make();
  app.use(express.json());
  around?.(app, () => app.use(cutover(optionsFor({ session: { store } }))));
  for (const [name, answer] of Object.entries(ANSWERS)) {
    app.all(`/answer/${encodeURIComponent(name).replaceAll('%', '-')}`, (req, res) => {
      startSession(req, { id: 'ada' });
      return answer(req, res);
    });
  }
  app.get('/me', (req, res) => void res.status(sessionClaims(req) ? 200 : 401).end());
  app.use((error: Error, _req: Request, res: Response, next: NextFunction) => {
    if ('teapot' in error) res.status(418).json({ error: error.message });
    else next(error);
  });
  return listen(app);
}

const pathOf = (name: string) => `/answer/${encodeURIComponent(name).replaceAll('%', '-')}`;

/** Takes its time over every write. */
function slow(store: CutoverStore, ms: number): CutoverStore {
  const later = () => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    ...store,
    put: (...args) => later().then(() => store.put(...args)),
    add: (...args) => later().then(() => store.add(...args)),
    replace: (...args) => later().then(() => store.replace(...args)),
  };
}

function failing(store: CutoverStore): CutoverStore {
  const fail = () => Promise.reject(new Error('disk full'));
  return { ...store, put: fail, add: fail, replace: fail };
}

describe.each(EXPRESSES)('%s', (_, make) => {
  describe.each(Object.entries(COMPRESSIONS))('%s', (where, around) => {
    test.each(Object.keys(ANSWERS))('%s: the cookie is good when the head arrives', async (name) => {
      const base = await application(slow(memoryStore(), 150), around, make);
      const started = Date.now();
      const response = await fetch(base + pathOf(name), { redirect: 'manual' });
      const took = Date.now() - started;
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const at = await fetch(`${base}/me`, { headers: { cookie } });
      expect(at.status).toBe(200);
      expect(took).toBeGreaterThan(140);
      const body = await response.text();
      if (name === 'sendFile') expect(body).toHaveLength(300_000);
      if (name === 'a stream') expect(body).toHaveLength(500_000);
      if (name === 'an event stream') expect(body).toBe('data: 1\n\ndata: 2\n\n');
      if (name === 'write and end') expect(body).toBe('one two three');
      if (name === 'writeHead with a list') expect(response.headers.get('x-one')).toBe('1');
    });

    test.each(Object.keys(ANSWERS))('%s: 503 without a cookie when the store fails', async (name) => {
      const base = await application(failing(memoryStore()), around, make);
      const answer = await client(base).ask(pathOf(name));
      expect(answer.status).toBe(503);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get('retry-after')).toBe('1');
      if (where !== 'compression before') expect(answer.headers.get('content-encoding')).toBeNull();
      expect(answer.json.error).toMatch(/not available/);
    });
  });

  test('HEAD', async () => {
    const base = await application(slow(memoryStore(), 100), undefined, make);
    const response = await fetch(base + pathOf('json'), { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(sessionCookies(response.headers)).toHaveLength(1);
  });
});

test('an answer that is given twice fails as it always did, and the first arrives whole', async () => {
  const app = express();
  app.use(cutover(optionsFor({ session: { store: slow(memoryStore(), 50) } })));
  let second: unknown;
  app.get('/', (req, res) => {
    startSession(req, { id: 'ada' });
    res.json({ first: true });
    expect(res.headersSent).toBe(true);
    expect(res.writableEnded).toBe(true);
    try {
      res.status(500).json({ second: 'a longer text than the first' });
    } catch (error) {
      second = error;
    }
  });
  const answer = await client(await listen(app)).ask('/');
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('{"first":true}');
  expect(second).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' });
});

test.each(EXPRESSES)('%s: an answer arrives whole though something fails after it', async (_, make) => {
  const app = make();
  app.use(cutover(optionsFor({ session: { store: slow(memoryStore(), 50) } })));
  app.get('/', (req, res) => {
    startSession(req, { id: 'ada' });
    res.status(403).json({ error: 'not yours' });
    throw new Error('a handler that does not return');
  });
  const base = await listen(app);
  const [one, another] = [await client(base).ask('/'), await client(base).ask('/')];
  expect([one.status, one.text]).toEqual([403, '{"error":"not yours"}']);
  expect(sessionCookies(another.headers)).toHaveLength(1);
});

test('a client that is gone before the store has answered harms nobody', async () => {
  const base = await application(slow(memoryStore(), 200));
  const leaving = new AbortController();
  const asked = fetch(base + pathOf('sendFile'), { signal: leaving.signal });
  setTimeout(() => leaving.abort(), 50);
  await expect(asked).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await fetch(`${base}/me`)).status).toBe(401);
});

test('startSession after the head was sent throws and destroys nothing', async () => {
  const app = express();
  app.use(cutover(optionsFor()));
  app.get('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
  let thrown: unknown;
  app.get('/late', (req, res) => {
    res.write('begun');
    try {
      startSession(req, { id: 'bob' });
    } catch (error) {
      thrown = error;
    }
    res.end();
  });
  app.get('/me', (req, res) => void res.json(sessionClaims(req) ?? {}));
  const browser = client(await listen(app));
  await browser.ask('/login');
  await browser.ask('/late');
  expect(thrown).toBeInstanceOf(Error);
  expect((await browser.ask('/me')).json.id).toBe('ada');
});
