import { describe, expect, test } from 'vitest';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

describe('what the application keeps in a session', () => {
  test('a guest has still after the login, under a new id', async () => {
    const browser = client(await shopApplication(optionsFor()));
    await browser.ask('/count');
    const guest = browser.cookies.get('session');
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    expect(browser.cookies.get('session')).not.toBe(guest);
    expect((await browser.ask('/count')).json.count).toBe(2);
    expect((await browser.ask('/me')).json.id).toBe('ada');
  });

  test('a guest has still after the exchange, and the guest’s session is over', async () => {
    const base = await shopApplication(optionsFor());
    const browser = client(base);
    await browser.ask('/count');
    const guest = browser.cookies.get('session') ?? '';
    expect((await browser.ask('/count', { token: tokenOf('ada') })).json.count).toBe(2);
    expect((await browser.ask('/me')).json.id).toBe('ada');
    const replay = client(base);
    replay.cookies.set('session', guest);
    expect((await replay.ask('/count')).json.count).toBe(1);
  });

  test('a guest has still when the token is refused', async () => {
    const browser = client(await shopApplication(optionsFor({ legacy: { isRevoked: () => true } })));
    await browser.ask('/count');
    expect((await browser.ask('/count', { token: tokenOf('ada') })).json.count).toBe(2);
    expect((await browser.ask('/count')).json.count).toBe(3);
    expect((await browser.ask('/me')).status).toBe(401);
  });

  test('the same user has still after a login with other claims', async () => {
    const browser = client(await shopApplication(optionsFor()));
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    await browser.ask('/count');
    await browser.ask('/login', { method: 'POST', json: { id: 'ada', role: 'admin' } });
    expect((await browser.ask('/count')).json.count).toBe(2);
  });

  test('another user never sees: by login, by exchange', async () => {
    const browser = client(await shopApplication(optionsFor()));
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    await browser.ask('/count');
    await browser.ask('/login', { method: 'POST', json: { id: 'bob' } });
    expect((await browser.ask('/count')).json.count).toBe(1);
    expect((await browser.ask('/count', { token: tokenOf('eve') })).json.count).toBe(1);
    expect((await browser.ask('/me')).json.id).toBe('eve');
  });
});
