import { describe, expect, test } from 'vitest';
import { client } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

/** The session of Ada was started by her token of an hour ago. */
const TOKENS = {
  none: () => undefined,
  'the same': (own: string) => own,
  'older of Ada': () => tokenOf('ada', { age: 7200 }),
  'newer of Ada': () => tokenOf('ada', { age: 60 }),
  'expired of Ada': () => tokenOf('ada', { age: 7200, exp: Math.floor(Date.now() / 1000) - 60 }),
  'older of Bob': () => tokenOf('bob', { age: 7200 }),
  'newer of Bob': () => tokenOf('bob', { age: 60 }),
  'expired of Bob': () => tokenOf('bob', { age: 7200, exp: Math.floor(Date.now() / 1000) - 60 }),
  invalid: (own: string) => `${own.slice(0, -6)}AAAAAA`,
  'not a token': () => 'hello',
} as const;

const SERVED: readonly [session: string, token: keyof typeof TOKENS, as: string | undefined][] = [
  ['none', 'none', undefined],
  ['none', 'the same', 'ada'],
  ['none', 'older of Ada', 'ada'],
  ['none', 'newer of Ada', 'ada'],
  ['none', 'expired of Ada', undefined],
  ['none', 'older of Bob', 'bob'],
  ['none', 'newer of Bob', 'bob'],
  ['none', 'expired of Bob', undefined],
  ['none', 'invalid', undefined],
  ['none', 'not a token', undefined],
  ['ada', 'none', 'ada'],
  ['ada', 'the same', 'ada'],
  ['ada', 'older of Ada', 'ada'],
  ['ada', 'newer of Ada', 'ada'],
  ['ada', 'expired of Ada', 'ada'],
  ['ada', 'older of Bob', 'bob'],
  ['ada', 'newer of Bob', 'bob'],
  // An old page of Bob's: not Ada, and not Bob either, since his token is over.
  ['ada', 'expired of Bob', undefined],
  ['ada', 'invalid', 'ada'],
  ['ada', 'not a token', 'ada'],
];

describe.each(['once', 'same-session'] as const)('reuse: %s', (reuse) => {
  test.each(SERVED)('session of %s, token %s: served as %s', async (session, which, as) => {
    const base = await shopApplication(optionsFor({ reuse }));
    const browser = client(base);
    const own = tokenOf('ada', { age: 3600 });
    if (session === 'ada') {
      await browser.ask('/me', { token: own });
      expect((await browser.ask('/me')).json.id).toBe('ada');
    }
    const before = browser.cookies.get('session');
    const token = TOKENS[which](own);
    const answer = await browser.ask('/me', token === undefined ? {} : { token });
    expect(answer.json.id).toBe(as);
    expect(answer.status).toBe(as ? 200 : 401);
    // Whoever it is now, the cookie says the same; a guest's answer leaves it alone.
    const after = await browser.ask('/me');
    expect(after.json.id).toBe(as ?? (session === 'ada' ? 'ada' : undefined));
    if (as === 'ada' && session === 'ada') expect(browser.cookies.get('session')).toBe(before);
  });
});

test('a newer token renews the claims of its session, in place', async () => {
  const base = await shopApplication(optionsFor());
  const browser = client(base);
  await browser.ask('/me', { token: tokenOf('ada', { age: 3600, role: 'user' }) });
  const cookie = browser.cookies.get('session');
  const newer = tokenOf('ada', { age: 60, role: 'admin' });
  expect((await browser.ask('/me', { token: newer })).json.role).toBe('admin');
  expect((await browser.ask('/me')).json.role).toBe('admin');
  expect(browser.cookies.get('session')).toBe(cookie);
  // It was spent with the session it came beside.
  expect((await client(base).ask('/me', { token: newer })).status).toBe(401);
});

test('a session that another user took over in the same browser is over', async () => {
  const base = await shopApplication(optionsFor());
  const browser = client(base);
  await browser.ask('/me', { token: tokenOf('ada', { age: 60 }) });
  const cookie = browser.cookies.get('session') ?? '';
  await browser.ask('/me', { token: tokenOf('bob') });
  const replay = client(base);
  replay.cookies.set('session', cookie);
  expect((await replay.ask('/me')).status).toBe(401);
});

test('a spent token of another user gets nobody served, and the session stays', async () => {
  const base = await shopApplication(optionsFor());
  const browser = client(base);
  const adas = tokenOf('ada', { age: 60 });
  await browser.ask('/me', { token: adas });
  await browser.ask('/me');
  await browser.ask('/me', { token: tokenOf('bob') });
  expect((await browser.ask('/me', { token: adas })).status).toBe(401);
  expect((await browser.ask('/me')).json.id).toBe('bob');
});

test("a marker of another user's page gets nobody served", async () => {
  const base = await shopApplication(optionsFor());
  const page = client(base);
  const { token } = (await page.ask('/login', { method: 'POST', json: { id: 'ada' } })).json;
  await page.ask('/login', { method: 'POST', json: { id: 'bob' } });
  expect((await page.ask('/me', { token: String(token) })).status).toBe(401);
  expect((await page.ask('/me')).json.id).toBe('bob');
});
