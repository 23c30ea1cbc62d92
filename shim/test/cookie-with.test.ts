import { describe, expect, test } from 'vitest';
import { bearer, cookie, endSession, header, sessionMarker } from '../src/index.js';
import { client, EXPRESSES } from './support/server.js';
import { optionsFor, shopApplication, tokenOf, type Wanted } from './support/shop.js';

/** Clients that know nothing of sessions: they send their token in a header, and log out by forgetting it. */
const QUIET: Wanted = { cookieWith: 'markers' };

describe.each(EXPRESSES)('%s', (_name, express) => {
  test('a page that forgets its token is a guest', async () => {
    const base = await shopApplication(optionsFor(QUIET), express);
    const browser = client(base);
    const token = tokenOf('ada');
    for (const _ of 'twice') {
      const asked = await browser.ask('/me', { token });
      expect(asked.json.id).toBe('ada');
      expect(asked.headers.getSetCookie()).toEqual([]);
    }
    expect((await browser.ask('/me')).status).toBe(401);
    expect((await browser.ask('/me', { token: tokenOf('bob') })).json.id).toBe('bob');
  });

  test('the exchange gives the cookie of the session that the token has led to, and spends the token', async () => {
    const base = await shopApplication(optionsFor(QUIET), express);
    const browser = client(base);
    const token = tokenOf('ada');
    await browser.ask('/me', { token });
    await browser.ask('/session/exchange', { method: 'POST', token });
    expect((await browser.ask('/me')).json.id).toBe('ada');
    expect((await client(base).ask('/me', { token })).status).toBe(401);
  });

  test('a login gives it, whatever token came along', async () => {
    const base = await shopApplication(optionsFor(QUIET), express);
    for (const token of [undefined, tokenOf('bob'), tokenOf('ada')]) {
      const browser = client(base);
      await browser.ask('/login', { method: 'POST', json: { id: 'ada' }, ...(token ? { token } : {}) });
      expect((await browser.ask('/me')).json.id).toBe('ada');
    }
  });

  test('an answer that has the marker in the place of a new token gives it', async () => {
    const base = await shopApplication(optionsFor(QUIET), express, (app) =>
      app.post('/refresh', (req, res) => void res.json({ token: sessionMarker(req) })),
    );
    const browser = client(base);
    const { json } = await browser.ask('/refresh', { method: 'POST', token: tokenOf('ada') });
    expect((await browser.ask('/me', { token: String(json.token) })).json.id).toBe('ada');
  });

  test('a session in which the application keeps something is found again', async () => {
    const base = await shopApplication(optionsFor(QUIET), express);
    const browser = client(base);
    await browser.ask('/count');
    expect((await browser.ask('/count', { token: tokenOf('ada') })).json.count).toBe(2);
    expect((await browser.ask('/count')).json.count).toBe(3);
  });

  test('a token that the browser sends by itself is answered with it', async () => {
    const options = optionsFor({ ...QUIET, legacy: { from: [bearer(), cookie('token')] } });
    const base = await shopApplication(options, express);
    const browser = client(base);
    browser.cookies.set('token', tokenOf('ada'));
    await browser.ask('/me');
    browser.cookies.delete('token');
    expect((await browser.ask('/me')).json.id).toBe('ada');
  });

  test('a logout with the token alone ends the session, and a logout takes back the cookie that came', async () => {
    const base = await shopApplication(optionsFor(QUIET), express, (app) =>
      app.post('/out', (req, res) => void endSession(req).then(() => res.json({}))),
    );
    const token = tokenOf('ada');
    const browser = client(base);
    await browser.ask('/me', { token });
    await browser.ask('/out', { method: 'POST', token });
    expect((await browser.ask('/me', { token })).status).toBe(401);

    await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
    await browser.ask('/out', { method: 'POST', token: tokenOf('ada', { age: 5 }) });
    expect(browser.cookies.size).toBe(0);
  });
});

test('tokens lead to their session as long as no cookie has come back', async () => {
  const options = optionsFor({ ...QUIET, reuse: 'once', legacy: { from: [header('x-auth-token')] } });
  const base = await shopApplication(options);
  const headers = { 'x-auth-token': tokenOf('ada') };
  const [first, second] = [client(base), client(base)];
  for (const browser of [first, second, first, second])
    expect((await browser.ask('/me', { headers })).json.id).toBe('ada');
});

test('by default every token is answered with the cookie', async () => {
  const browser = client(await shopApplication(optionsFor()));
  await browser.ask('/me', { token: tokenOf('ada') });
  expect((await browser.ask('/me')).json.id).toBe('ada');
});
