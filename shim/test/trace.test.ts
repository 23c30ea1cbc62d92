import express, { type Express } from 'express';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import {
  bridgedAuthorization,
  memoryStore,
  requireSession,
  sessionClaims,
  sessionGuard,
  sessionPresented,
} from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf, type Wanted } from './support/shop.js';

const TRACE = 'session-was-open';

/** Answers as applications do that tell a wrong token from none, and routes that take guests as well. */
function asked(app: Express) {
  app.all('/orders', (req, res) => {
    if (!sessionPresented(req)) return res.status(403).json({ error: 'no token' });
    try {
      return res.json(requireSession(req));
    } catch (error) {
      return res.status(401).json({ error: String(error) });
    }
  });
  app.get('/articles', sessionGuard({ required: false }), (req, res) => {
    res.json({ guest: sessionClaims(req) === undefined });
  });
  app.get('/page', (req, res) => {
    if (sessionPresented(req) && !sessionClaims(req)) res.redirect('/login');
    else res.send('page');
  });
  app.get('/header', (req, res) => res.json({ header: bridgedAuthorization(req) ?? null }));
}

/** A browser that has logged in, and the application it did so at. */
async function loggedIn(wanted: Wanted = {}) {
  const store = memoryStore();
  const base = await shopApplication(
    optionsFor({ ...wanted, session: { store, ...wanted.session } }),
    express,
    asked,
  );
  const browser = client(base);
  const login = await browser.ask('/login', { method: 'POST', json: { id: 'ada', expiresIn: '1h' } });
  return { base, browser, login };
}

/** Ends the session from elsewhere; the browser goes on sending its cookie. */
const endedElsewhere = (base: string) => client(base).ask('/everywhere/ada', { method: 'POST' });

describe('the trace of a session', () => {
  test('is a cookie beside the session, which no script reads and which stays a month longer', async () => {
    const { login } = await loggedIn();
    const [session = '', trace = ''] = login.headers.getSetCookie();
    expect(session).toMatch(/^session=/);
    expect(trace).toMatch(/^session-was-open=1; Max-Age=25956\d\d; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('takes the name and the attributes of the session', async () => {
    const { login } = await loggedIn({ session: { name: 'sid', cookie: { path: '/', sameSite: 'strict' } } });
    expect(login.headers.getSetCookie()[1]).toMatch(/^sid-was-open=1; .*SameSite=Strict/);
  });

  test.each(['its cookie has ended with it', 'it was ended elsewhere'])(
    'tells once that it is over: %s',
    async (how) => {
      const { base, browser } = await loggedIn();
      if (how === 'it was ended elsewhere') await endedElsewhere(base);
      else browser.cookies.delete('session');
      const told = await browser.ask('/orders');
      expect([told.status, told.json.error]).toEqual([401, 'TokenExpiredError: jwt expired']);
      expect(browser.cookies.has(TRACE)).toBe(false);
      const after = await browser.ask('/orders');
      expect([after.status, after.json.error]).toEqual([403, 'no token']);
    },
  );

  test('stays until an answer has told', async () => {
    const { browser } = await loggedIn();
    browser.cookies.delete('session');
    for (const path of ['/header', '/nowhere', '/articles']) await browser.ask(path);
    expect(browser.cookies.has(TRACE)).toBe(true);
    expect((await browser.ask('/page')).headers.get('location')).toBe('/login');
    expect((await browser.ask('/page')).text).toBe('page');
  });

  test('lets guests in where they may', async () => {
    const { browser } = await loggedIn();
    browser.cookies.delete('session');
    expect((await browser.ask('/articles')).json).toEqual({ guest: true });
  });

  test('is left out of anything but reads: a login does not fail for the one before it', async () => {
    const { browser } = await loggedIn();
    browser.cookies.delete('session');
    expect((await browser.ask('/orders', { method: 'POST' })).status).toBe(403);
    expect(browser.cookies.has(TRACE)).toBe(true);
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    expect((await browser.ask('/orders')).json.id).toBe('ada');
  });

  test('is taken back by a logout', async () => {
    const { browser } = await loggedIn();
    await browser.ask('/logout', { method: 'POST' });
    expect([...browser.cookies]).toEqual([]);
    const other = await loggedIn();
    other.browser.cookies.delete('session');
    await other.browser.ask('/session', { method: 'DELETE' });
    expect([...other.browser.cookies]).toEqual([]);
  });

  test('goes alone when the answer comes late, after another login', async () => {
    const { base, browser } = await loggedIn();
    await endedElsewhere(base);
    const late = client(base, new Map(browser.cookies));
    await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
    const answer = await late.ask('/orders');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^session-was-open=; /)]);
    expect((await browser.ask('/orders')).json.id).toBe('bob');
  });

  test('opens nothing, and says nothing beside a session', async () => {
    const { browser } = await loggedIn();
    const stranger = client((await loggedIn()).base, new Map([[TRACE, '1']]));
    expect((await stranger.ask('/me')).status).toBe(401);
    expect((await browser.ask('/orders')).json.id).toBe('ada');
    expect(browser.cookies.has(TRACE)).toBe(true);
  });

  test('is left where a page has exchanged its token, not where a token came with a request', async () => {
    const { base } = await loggedIn();
    const old = client(base);
    await old.ask('/me', { token: tokenOf('ada') });
    expect([...old.cookies.keys()]).toEqual(['session']);
    const migrated = client(base);
    await migrated.ask('/session/exchange', { method: 'POST', token: tokenOf('ada') });
    expect([...migrated.cookies.keys()]).toEqual(['session', TRACE]);
  });

  test('is no match for a token that comes along', async () => {
    const { browser } = await loggedIn();
    browser.cookies.delete('session');
    const answer = await browser.ask('/orders', { token: 'no.good.token' });
    expect(answer.json.error).toMatch(/^JsonWebTokenError/);
    expect(browser.cookies.has(TRACE)).toBe(true);
  });
});

describe('where the application still checks JWTs', () => {
  const present = (claims: object) => jwt.sign(claims, SECRET);

  test('it finds a token that has expired', async () => {
    const { browser } = await loggedIn({ legacy: { present } });
    browser.cookies.delete('session');
    const answer = await browser.ask('/me');
    expect([answer.status, answer.json.error]).toEqual([401, 'jwt expired']);
    expect(browser.cookies.has(TRACE)).toBe(false);
  });

  test('other credentials stay', async () => {
    const seen: (string | undefined)[] = [];
    const base = await shopApplication(optionsFor({ legacy: { present } }), express, (app) => {
      app.get('/seen', (req, res) => {
        seen.push(req.headers.authorization);
        res.end();
      });
    });
    const browser = client(base, new Map([[TRACE, '1']]));
    await browser.ask('/seen', { headers: { authorization: 'Basic YWRhOnB3' } });
    await browser.ask('/seen');
    expect(seen[0]).toBe('Basic YWRhOnB3');
    expect(() => jwt.verify(String(seen[1]).slice(7), SECRET)).toThrow('jwt expired');
  });
});
