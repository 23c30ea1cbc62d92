import { describe, expect, test } from 'vitest';
import { header, type ShimEvent } from '../src/index.js';
import { client, EXPRESSES } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

describe.each(EXPRESSES)('%s', (_name, express) => {
  test('a token becomes a session, and is spent when the cookie comes back', async () => {
    const events: ShimEvent[] = [];
    const base = await shopApplication(optionsFor({}, events), express);
    const browser = client(base);
    const token = tokenOf('ada', { role: 'admin' });

    const first = await browser.ask('/me', { token });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ id: 'ada', role: 'admin' });
    expect(first.headers.getSetCookie()[0]).toMatch(
      /^session=s%3A[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(first.headers.get('sunset')).toBeTruthy();
    expect(first.headers.get('deprecation')).toMatch(/^@\d+$/);

    expect((await client(base).ask('/me', { token })).status).toBe(200);
    expect((await browser.ask('/me')).json.id).toBe('ada');
    const replayed = await client(base).ask('/me', { token });
    expect(replayed.status).toBe(401);
    expect(replayed.json.error).toBe('jwt expired');
    expect(replayed.headers.getSetCookie()).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['exchanged', 'reused', 'refused']);
  });

  test('parallel first requests end in one session', async () => {
    const base = await shopApplication(optionsFor(), express);
    const token = tokenOf('ada');
    const answers = await Promise.all(Array.from({ length: 20 }, () => client(base).ask('/me', { token })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.getSetCookie()[0]?.split(';')[0])).size).toBe(1);
  });

  test('login and logout', async () => {
    const base = await shopApplication(optionsFor(), express);
    const browser = client(base);
    const login = await browser.ask('/login', { method: 'POST', json: { id: 'bob', expiresIn: '1h' } });
    expect(login.status).toBe(200);
    expect(String(login.json.token).split('.')).toHaveLength(3);
    const me = await browser.ask('/me');
    expect(me.json).toMatchObject({ id: 'bob' });
    expect(Number(me.json.exp) - Number(me.json.iat)).toBe(3600);
    expect(me.headers.getSetCookie()).toEqual([]);

    const cookies = new Map(browser.cookies);
    const out = await browser.ask('/logout', { method: 'POST' });
    expect(out.status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect((await browser.ask('/me')).status).toBe(401);
  });

  test('the endpoints', async () => {
    const base = await shopApplication(optionsFor(), express);
    const browser = client(base);
    expect((await browser.ask('/session')).status).toBe(401);
    const token = tokenOf('ada');
    const exchanged = await browser.ask('/session/exchange', { method: 'POST', token });
    expect(exchanged.status).toBe(200);
    expect(exchanged.json).toMatchObject({ claims: { id: 'ada' }, marker: expect.any(String) });
    expect(exchanged.headers.get('cache-control')).toBe('no-store');
    expect((await browser.ask('/session')).json).toMatchObject({ claims: { id: 'ada' } });
    expect((await browser.ask('/session', { method: 'DELETE' })).status).toBe(204);
    expect((await browser.ask('/session')).status).toBe(401);
    expect((await client(base).ask('/session/exchange', { method: 'POST', token })).status).toBe(401);
    expect((await client(base).ask('/session/exchange', { method: 'POST', token: 'x' })).status).toBe(401);
  });

  test('the endpoints take a token in Authorization wherever the application reads it', async () => {
    const base = await shopApplication(optionsFor({ legacy: { from: [header('x-auth-token')] } }), express);
    const browser = client(base);
    const token = tokenOf('ada');
    expect((await browser.ask('/me', { token })).status).toBe(401);
    expect((await browser.ask('/session/exchange', { method: 'POST', token })).status).toBe(200);
    expect((await browser.ask('/me')).json.id).toBe('ada');
    const other = tokenOf('bob');
    expect((await client(base).ask('/session', { method: 'DELETE', token: other })).status).toBe(204);
    expect((await client(base).ask('/me', { headers: { 'x-auth-token': other } })).status).toBe(401);
  });
});
