import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import jwt from 'jsonwebtoken';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdoptOptions, LegacyPlace } from '../src/browser/client.js';
import { EXPRESSES, client as http } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf } from './support/shop.js';

/** The helper in one tab: its own module, on storage that the browser's tabs share. */
type Tab = typeof import('../src/browser/client.js');

class FakeStorage implements Storage {
  readonly #items = new Map<string, string>();
  readonly [name: string]: unknown;
  get length() {
    return this.#items.size;
  }
  clear = () => this.#items.clear();
  getItem = (key: string) => this.#items.get(key) ?? null;
  key = (at: number) => [...this.#items.keys()][at] ?? null;
  removeItem = (key: string) => void this.#items.delete(key);
  setItem = (key: string, value: string) => void this.#items.set(key, String(value));
}

let base: string;
let jar: ReturnType<typeof http>;
let offline: boolean;
const online = new EventTarget();

async function tab(): Promise<Tab> {
  vi.resetModules();
  return import('../src/browser/client.js');
}

beforeEach(async () => {
  base = await shopApplication(optionsFor(), EXPRESSES[0][1]);
  jar = http(base);
  offline = false;
  vi.stubGlobal('localStorage', new FakeStorage());
  vi.stubGlobal('sessionStorage', new FakeStorage());
  vi.stubGlobal('addEventListener', online.addEventListener.bind(online));
  // The network is real; the jar stands for the browser's.
  vi.stubGlobal('fetch', fetchWithJar);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const fetchWithJar = async (url: string, init: RequestInit) => {
  if (offline) throw new TypeError('Failed to fetch');
  const authorization = new Headers(init.headers).get('authorization');
  const asked = jar.ask(url.replace(base, ''), {
    method: init.method ?? 'GET',
    ...(authorization ? { headers: { authorization } } : {}),
  });
  const { status, json } = await asked;
  return { status, ok: status < 400, json: async () => json };
};

const at = () => `${base}/session`;
const place = (more: object = {}): AdoptOptions => ({ storage: 'local', key: 'token', at: at(), ...more });

test('a token that is kept and answered with its scheme is a token', async () => {
  const { acceptSession, adoptLegacyToken, sessionInfo, signOut } = await tab();
  localStorage.setItem('token', `Bearer ${tokenOf('ada')}`);
  await adoptLegacyToken(place());
  expect(localStorage.getItem('token')).toBeNull();
  expect(sessionInfo()).toMatchObject({ id: 'ada' });
  await signOut();
  expect(await acceptSession(`Bearer ${tokenOf('bob')}`)).toMatch(/\.$/);
  expect(sessionInfo()).toMatchObject({ id: 'bob' });
  expect(jar.cookies.has('session')).toBe(true);
});

test('a token that Quasar kept, with its type before it, is a token', async () => {
  const { adoptLegacyToken, sessionInfo } = await tab();
  localStorage.setItem('token', `__q_strn|${tokenOf('ada')}`);
  await adoptLegacyToken(place());
  expect(localStorage.getItem('token')).toBeNull();
  expect(sessionInfo()).toMatchObject({ id: 'ada' });
});

test('a base that ends with a slash leads to the same endpoints', async () => {
  const { adoptLegacyToken, sessionInfo } = await tab();
  localStorage.setItem('token', tokenOf('ada'));
  await adoptLegacyToken(place({ at: `${base}//session` }));
  expect(localStorage.getItem('token')).toBeNull();
  expect(sessionInfo()).toMatchObject({ id: 'ada' });
});

test('a stored token becomes a session and is forgotten', async () => {
  const { adoptLegacyToken, hasSession, sessionInfo } = await tab();
  localStorage.setItem('token', tokenOf('ada', { name: 'Ada Löwe' }));
  const adopting = adoptLegacyToken(place());
  expect(hasSession()).toBe(true);
  expect(sessionInfo()).toMatchObject({ id: 'ada', name: 'Ada Löwe' });
  await adopting;
  expect(localStorage.getItem('token')).toBeNull();
  expect(hasSession()).toBe(true);
  expect(sessionInfo()).toMatchObject({ id: 'ada', name: 'Ada Löwe' });
  expect(jar.cookies.has('session')).toBe(true);
  // After a reload only the note is there.
  const reloaded = await tab();
  await reloaded.adoptLegacyToken(place());
  expect(reloaded.hasSession()).toBe(true);
});

test('a token in a field of a stored object: only the field goes', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  localStorage.setItem('userInfo', JSON.stringify({ name: 'Ada', token: tokenOf('ada') }));
  await adoptLegacyToken(place({ key: 'userInfo', field: 'token' }));
  expect(localStorage.getItem('userInfo')).toBe('{"name":"Ada"}');
  expect(hasSession()).toBe(true);
});

test('a token further down, in JSON within JSON as well', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  const auth = { user: 'Ada', token: tokenOf('ada') };
  localStorage.setItem('state', JSON.stringify({ auth, theme: 'dark' }));
  await adoptLegacyToken(place({ key: 'state', field: 'auth.token' }));
  expect(localStorage.getItem('state')).toBe('{"auth":{"user":"Ada"},"theme":"dark"}');
  expect(hasSession()).toBe(true);
  localStorage.clear();
  localStorage.setItem('persist:root', JSON.stringify({ auth: JSON.stringify(auth), _persist: '{}' }));
  await adoptLegacyToken(place({ key: 'persist:root', field: 'auth.token' }));
  expect(localStorage.getItem('persist:root')).toBe('{"auth":"{\\"user\\":\\"Ada\\"}","_persist":"{}"}');
  expect(hasSession()).toBe(true);
  for (const text of ['{"auth":null}', '{"auth":"{"}', '[]', '{', '7']) {
    localStorage.setItem('state', text);
    await adoptLegacyToken(place({ key: 'state', field: 'auth.token' }));
    expect(localStorage.getItem('state')).toBe(text);
  }
});

test('a token in a stored object outlives that the application stores the object again while the server is away', async () => {
  const { adoptLegacyToken, forgetSession, hasSession } = await tab();
  const gone = 'http://127.0.0.1:1/session';
  localStorage.setItem('state', JSON.stringify({ auth: { token: tokenOf('ada') } }));
  await adoptLegacyToken(place({ key: 'state', field: 'auth.token', at: gone }));
  localStorage.setItem('state', '{"auth":{}}');
  expect(hasSession()).toBe(true);
  const later = await tab();
  await later.adoptLegacyToken(place({ key: 'state', field: 'auth.token' }));
  expect(jar.cookies.has('session')).toBe(true);
  expect(JSON.stringify({ ...localStorage })).not.toMatch(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]/);
  localStorage.setItem('state', JSON.stringify({ auth: { token: tokenOf('ada') } }));
  await adoptLegacyToken(place({ key: 'state', field: 'auth.token', at: gone }));
  forgetSession();
  expect(hasSession()).toBe(false);
});

test('a refresh token that is random text is handed over too, and other text is none', async () => {
  const token = 'b7e2c1f0-9d43-4a7e-8f65-2c1d0e9b8a76';
  const claims = (_: object, __: unknown, came: string) => (came === token ? { id: 'ada' } : undefined);
  const keys = [
    { key: SECRET, algorithms: ['HS256'] },
    { opaque: true as const, refresh: true, claims },
  ];
  base = await shopApplication(optionsFor({ legacy: { keys } }), EXPRESSES[0][1]);
  jar = http(base);
  const { adoptLegacyToken, hasSession, sessionInfo } = await tab();
  localStorage.setItem('token', 'null');
  localStorage.setItem('user', JSON.stringify({ name: 'Ada', refreshToken: token }));
  const from: LegacyPlace[] = [
    { storage: 'local', key: 'token' },
    { storage: 'local', key: 'user', field: 'refreshToken' },
  ];
  await adoptLegacyToken({ from, at: at() });
  expect(localStorage.getItem('token')).toBe('null');
  expect(localStorage.getItem('user')).toBe('{"name":"Ada"}');
  expect(hasSession()).toBe(true);
  expect(sessionInfo()).toMatchObject({ id: 'ada' });
});

test('several places, session storage among them', async () => {
  const { adoptLegacyToken } = await tab();
  sessionStorage.setItem('jwt', JSON.stringify(tokenOf('ada')));
  await adoptLegacyToken({
    at: at(),
    from: [
      { storage: 'local', key: 'token' },
      { storage: 'session', key: 'jwt' },
    ],
  });
  expect(sessionStorage.getItem('jwt')).toBeNull();
  expect((await jar.ask('/me')).json.id).toBe('ada');
});

test('a token in a cookie that script can read, wherever that was set', async () => {
  const token = tokenOf('ada');
  const written: string[] = [];
  vi.stubGlobal('location', { hostname: 'app.example.com', pathname: '/auth/login' });
  vi.stubGlobal('document', {
    get cookie() {
      return written.length ? 'half=%' : `half=%; token=${token}`;
    },
    set cookie(text: string) {
      written.push(text);
    },
  });
  const { adoptLegacyToken, hasSession } = await tab();
  await adoptLegacyToken(place({ storage: 'cookie' }));
  expect(written).toContain('token=; path=/; max-age=0');
  expect(written).toContain('token=; path=/auth; max-age=0');
  expect(written).toContain('token=; path=/; max-age=0; domain=example.com');
  expect((await jar.ask('/me')).json.id).toBe('ada');
  expect(hasSession()).toBe(true);
});

test('state that a library keeps finds a flag where the token was', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  const auth = JSON.stringify({ token: tokenOf('ada'), name: 'Ada' });
  localStorage.setItem('persist:root', JSON.stringify({ auth, _persist: '{}' }));
  const adopted = adoptLegacyToken(place({ key: 'persist:root', field: 'auth.token', flag: true }));
  // At once: what restores the state does not wait for the server.
  const kept = JSON.parse(localStorage.getItem('persist:root') ?? '');
  expect(JSON.parse(kept.auth)).toEqual({ token: 'session', name: 'Ada' });
  await adopted;
  expect(hasSession()).toBe(true);
  expect((await jar.ask('/me')).json.id).toBe('ada');
});

test('a library that watches cookies finds a flag where the token was, for as long as that was good', async () => {
  const { adoptLegacyToken, forgetSession, hasSession } = await tab();
  vi.stubGlobal('location', { hostname: 'example.com', pathname: '/' });
  let kept = `token=${tokenOf('ada')}`;
  const written: string[] = [];
  vi.stubGlobal('document', {
    get cookie() {
      return kept;
    },
    set cookie(text: string) {
      written.push(text);
      kept = /max-age=0/.test(text) ? '' : (text.split(';')[0] ?? '');
    },
  });
  const adopted = adoptLegacyToken(place({ storage: 'cookie', flag: true }));
  expect(kept).toBe('token=session');
  const [, age] = /max-age=(\d+)$/.exec(written.at(-1) ?? '') ?? [];
  expect(Number(age)).toBeGreaterThan(0);
  await adopted;
  expect(kept).toBe('token=session');
  expect(JSON.stringify(localStorage)).not.toContain(tokenOf('ada').slice(-20));
  expect((await jar.ask('/me')).json.id).toBe('ada');
  expect(hasSession()).toBe(true);
  forgetSession();
  expect(kept).toBe('');
});

test('what a cookie holds beside its token stays, for as long as the token was good', async () => {
  const { adoptLegacyToken, forgetSession, hasSession } = await tab();
  vi.stubGlobal('location', { hostname: 'example.com', pathname: '/' });
  const token = tokenOf('ada');
  let kept = `auth=${encodeURIComponent(JSON.stringify({ token, user: { name: 'Ada; Lovelace' } }))}`;
  const written: string[] = [];
  vi.stubGlobal('document', {
    get cookie() {
      return kept;
    },
    set cookie(text: string) {
      written.push(text);
      kept = /max-age=0/.test(text) ? '' : (text.split(';')[0] ?? '');
    },
  });
  const left = () => JSON.parse(decodeURIComponent(kept.slice('auth='.length)));
  const adopted = adoptLegacyToken(place({ storage: 'cookie', key: 'auth', field: 'token' }));
  // At once: whoever reads the cookie does not wait for the server, and may write it anew.
  expect(left()).toEqual({ user: { name: 'Ada; Lovelace' } });
  const [, age] = /max-age=(\d+)$/.exec(written.at(-1) ?? '') ?? [];
  expect(Number(age)).toBeGreaterThan(0);
  expect(hasSession()).toBe(true);
  await adopted;
  expect(JSON.stringify(localStorage)).not.toContain(token.slice(-20));
  expect((await jar.ask('/me')).json.id).toBe('ada');
  expect(hasSession()).toBe(true);
  // Data that has no token any more is the application's to take away: how long it is to last nobody can ask.
  written.length = 0;
  forgetSession();
  expect(hasSession()).toBe(false);
  expect(written).toEqual([]);
});

test('a library that watches a cookie of several things finds a flag where the token was', async () => {
  const { adoptLegacyToken, forgetSession } = await tab();
  vi.stubGlobal('location', { hostname: 'example.com', pathname: '/' });
  let kept = `auth=${encodeURIComponent(JSON.stringify({ token: tokenOf('ada'), name: 'Ada' }))}`;
  vi.stubGlobal('document', {
    get cookie() {
      return kept;
    },
    set cookie(text: string) {
      kept = text.split(';')[0] ?? '';
    },
  });
  const adopted = adoptLegacyToken(place({ storage: 'cookie', key: 'auth', field: 'token', flag: true }));
  const left = { token: 'session', name: 'Ada' };
  expect(JSON.parse(decodeURIComponent(kept.slice('auth='.length)))).toEqual(left);
  await adopted;
  expect(JSON.parse(decodeURIComponent(kept.slice('auth='.length)))).toEqual(left);
  expect((await jar.ask('/me')).json.id).toBe('ada');
  forgetSession();
  expect(JSON.parse(decodeURIComponent(kept.slice('auth='.length)))).toEqual({ name: 'Ada' });
});

test('nothing stands for a refused token that a library kept', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  localStorage.setItem('token', JSON.stringify(`${tokenOf('ada').slice(0, -4)}AAAA`));
  const adopted = adoptLegacyToken(place({ flag: true }));
  expect(localStorage.getItem('token')).toBe('"session"');
  await adopted;
  expect(localStorage.getItem('token')).toBeNull();
  expect(hasSession()).toBe(false);
});

describe('a token that something else than web storage kept', () => {
  /** Answers by promises, and keeps objects as they are. */
  const keeping = (items: Record<string, unknown>) => {
    const kept = new Map(Object.entries(items));
    const getItem = vi.fn(async (key: string) => kept.get(key) ?? null);
    const setItem = async (key: string, value: unknown) => void kept.set(key, value);
    return { kept, getItem, setItem, removeItem: async (key: string) => void kept.delete(key) };
  };

  test('becomes a session and is forgotten', async () => {
    const { adoptLegacyToken, hasSession, sessionInfo } = await tab();
    const storage = keeping({ token: tokenOf('ada') });
    await adoptLegacyToken(place({ storage }));
    expect(storage.kept.size).toBe(0);
    expect(localStorage.length).toBe(1);
    expect(hasSession()).toBe(true);
    expect(sessionInfo()).toMatchObject({ id: 'ada' });
    expect(jar.cookies.has('session')).toBe(true);
  });

  test('goes from a field, and what stands beside it stays', async () => {
    const { adoptLegacyToken, hasSession } = await tab();
    const storage = keeping({ user: { name: 'Ada', token: tokenOf('ada') } });
    await adoptLegacyToken(place({ storage, key: 'user', field: 'token' }));
    expect(storage.kept.get('user')).toEqual({ name: 'Ada' });
    expect(hasSession()).toBe(true);
  });

  test('waits in reach until there is a network, over a reload as well', async () => {
    const storage = keeping({ token: tokenOf('ada') });
    offline = true;
    const first = await tab();
    await first.adoptLegacyToken(place({ storage }));
    expect(first.hasSession()).toBe(true);
    const reloaded = await tab();
    await reloaded.adoptLegacyToken(place({ storage }));
    expect(reloaded.sessionInfo()).toMatchObject({ id: 'ada' });
    offline = false;
    online.dispatchEvent(new Event('online'));
    await vi.waitFor(() => expect(localStorage.getItem('jwt-to-session token')).toBeNull());
    expect(reloaded.hasSession()).toBe(true);
    expect(jar.cookies.has('session')).toBe(true);
  });

  test('that is read at once and encrypted is taken as well', async () => {
    const { adoptLegacyToken, hasSession } = await tab();
    const items = new Map([['token', tokenOf('ada')]]);
    const storage = {
      getItem: (key: string) => items.get(key) ?? '',
      setItem: (key: string, value: string) => items.set(key, value),
      removeItem: (key: string) => items.delete(key),
    };
    await adoptLegacyToken(place({ storage }));
    expect(items.size).toBe(0);
    expect(hasSession()).toBe(true);
  });

  test('that can not be read lets the page start, and others be read', async () => {
    const { adoptLegacyToken, hasSession } = await tab();
    const storage = keeping({});
    storage.getItem.mockRejectedValue(new Error('the database is blocked'));
    localStorage.setItem('old', tokenOf('ada'));
    const from: LegacyPlace[] = [
      { storage, key: 'token' },
      { storage: 'local', key: 'old' },
    ];
    await adoptLegacyToken({ from, at: at() });
    expect(hasSession()).toBe(true);
    expect(localStorage.getItem('old')).toBeNull();
  });

  test('stays where web storage takes nothing', async () => {
    const { adoptLegacyToken } = await tab();
    const storage = keeping({ token: tokenOf('ada') });
    localStorage.setItem = () => {
      throw new Error('QuotaExceededError');
    };
    await adoptLegacyToken(place({ storage }));
    expect(storage.kept.size).toBe(1);
  });
});

test('no pattern that was matched leaves a token where any script can read it', async () => {
  const { adoptLegacyToken } = await tab();
  localStorage.setItem('token', tokenOf('ada'));
  await adoptLegacyToken(place());
  const left = ['input', 'lastMatch', '$1'].map((name) => String(Reflect.get(RegExp, name)));
  expect(left.join()).not.toContain('.');
});

test('a refused token is forgotten', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  localStorage.setItem('token', `${tokenOf('ada').slice(0, -4)}AAAA`);
  await adoptLegacyToken(place());
  expect(localStorage.getItem('token')).toBeNull();
  expect(hasSession()).toBe(false);
});

test('without a network the token stays, and is exchanged when there is one', async () => {
  const { adoptLegacyToken, hasSession } = await tab();
  localStorage.setItem('token', tokenOf('ada'));
  offline = true;
  await adoptLegacyToken(place());
  expect(localStorage.getItem('token')).not.toBeNull();
  expect(hasSession()).toBe(true);
  offline = false;
  online.dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(localStorage.getItem('token')).toBeNull());
  expect(hasSession()).toBe(true);
});

test('several tabs at once end in one session', async () => {
  localStorage.setItem('token', tokenOf('ada'));
  const tabs = [await tab(), await tab(), await tab()];
  await Promise.all(tabs.map(({ adoptLegacyToken }) => adoptLegacyToken(place())));
  expect(tabs.map(({ hasSession }) => hasSession())).toEqual([true, true, true]);
  expect((await jar.ask('/me')).json.id).toBe('ada');
});

test('a login that happens while an old token is exchanged keeps its own', async () => {
  const { adoptLegacyToken } = await tab();
  localStorage.setItem('token', tokenOf('ada'));
  const adopting = adoptLegacyToken(place());
  const bobs = tokenOf('bob');
  localStorage.setItem('token', bobs);
  await adopting;
  expect(localStorage.getItem('token')).toBe(bobs);
});

describe('a marker that an earlier version of the page kept where it kept its token', () => {
  const loggedIn = async () =>
    String((await jar.ask('/login', { method: 'POST', json: { id: 'ada' } })).json.token);

  test('says that there is a session, and is noted', async () => {
    const { adoptLegacyToken, hasSession, sessionInfo } = await tab();
    const marker = await loggedIn();
    localStorage.setItem('token', marker);
    const adopting = adoptLegacyToken(place());
    expect(hasSession()).toBe(true);
    expect(sessionInfo()).toMatchObject({ id: 'ada' });
    await adopting;
    expect(localStorage.getItem('token')).toBeNull();
    expect(localStorage.getItem('jwt-to-session')).toBe(marker);
    expect(hasSession()).toBe(true);
  });

  test('goes where its session is over', async () => {
    const { adoptLegacyToken, hasSession } = await tab();
    localStorage.setItem('user', JSON.stringify({ name: 'Ada', token: await loggedIn() }));
    jar.cookies.clear();
    await adoptLegacyToken(place({ key: 'user', field: 'token' }));
    expect(hasSession()).toBe(false);
    expect(localStorage.getItem('user')).toBe('{"name":"Ada"}');
  });

  test('goes with a logout', async () => {
    const { adoptLegacyToken, hasSession, signOut } = await tab();
    localStorage.setItem('token', await loggedIn());
    offline = true;
    await adoptLegacyToken(place());
    expect(hasSession()).toBe(true);
    offline = false;
    await signOut();
    expect(hasSession()).toBe(false);
    expect((await jar.ask('/me')).status).toBe(401);
  });
});

describe('acceptSession', () => {
  test('a marker is noted, a token exchanged, nothing asks', async () => {
    const { acceptSession, adoptLegacyToken, hasSession, sessionInfo, forgetSession } = await tab();
    await adoptLegacyToken(place());
    const login = await jar.ask('/login', { method: 'POST', json: { id: 'ada' } });
    expect(await acceptSession(String(login.json.token))).toBe(login.json.token);
    expect(sessionInfo()).toMatchObject({ id: 'ada' });
    forgetSession();
    expect(hasSession()).toBe(false);
    expect(await acceptSession()).toMatch(/^eyJ/);
    expect(hasSession()).toBe(true);
    await acceptSession(tokenOf('bob'));
    expect(sessionInfo()).toMatchObject({ id: 'bob' });
    jar.cookies.clear();
    expect(await acceptSession(undefined)).toBeNull();
    expect(hasSession()).toBe(false);
  });

  test('a refresh token that came along lets the session last as long; its marker asks nothing', async () => {
    const claims = ({ id }: object & { id?: string }) => ({ id: String(id) });
    const renewal = { key: `${SECRET} for renewal`, algorithms: ['HS256'] as const, refresh: true, claims };
    const keys = [{ key: SECRET, algorithms: ['HS256'] as const }, renewal];
    base = await shopApplication(optionsFor({ legacy: { keys } }), EXPRESSES[0][1]);
    jar = http(base);
    const { acceptSession, adoptLegacyToken, sessionInfo } = await tab();
    await adoptLegacyToken(place());
    const refresh = jwt.sign({ id: 'ada' }, renewal.key, { expiresIn: '7d' });
    const left = () => Number(sessionInfo()?.exp) - Date.now() / 1000;
    const access = () => jwt.sign({ id: 'ada' }, SECRET, { expiresIn: '15m' });
    await acceptSession(access());
    expect(left()).toBeLessThan(16 * 60);
    const marker = await acceptSession(access(), refresh);
    expect(left()).toBeGreaterThan(6 * 86_400);
    offline = true;
    expect(await acceptSession(marker, marker)).toBe(marker);
  });

  test('without a network it rejects', async () => {
    const { acceptSession, adoptLegacyToken } = await tab();
    await adoptLegacyToken(place());
    offline = true;
    await expect(acceptSession()).rejects.toThrow(/fetch/);
  });
});

test('signOut ends the session on the server, and the token that waits with it', async () => {
  const { adoptLegacyToken, hasSession, signOut } = await tab();
  offline = true;
  const token = tokenOf('ada');
  localStorage.setItem('token', token);
  await adoptLegacyToken(place());
  offline = false;
  await signOut();
  expect(hasSession()).toBe(false);
  expect((await http(base).ask('/me', { token })).status).toBe(401);
  offline = true;
  await signOut();
});

describe('a login while a logout is still on its way', () => {
  /** Delays what the browser sends, or what it is answered, for requests of one method. */
  const slow = (method: string, when: 'sent' | 'answered') => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (init.method !== method) return fetchWithJar(url, init);
      // A browser adds the cookies when it sends, and takes those of the answer when it arrives.
      const before = new Map(jar.cookies);
      if (when === 'sent') await gate;
      const cookie = [...before].map((pair) => pair.join('=')).join('; ');
      const answer = await http(base).ask('/session', { method, headers: { cookie } });
      if (when === 'answered') await gate;
      if (answer.headers.getSetCookie().some((line) => line.includes('1970'))) jar.cookies.clear();
      return { status: answer.status, ok: true };
    });
    return () => go();
  };
  const login = async (id: string) =>
    String((await jar.ask('/login', { method: 'POST', json: { id } })).json.token);

  test('that reaches the server after the login: the new session stays', async () => {
    const { acceptSession, adoptLegacyToken, hasSession, signOut } = await tab();
    await adoptLegacyToken(place());
    await acceptSession(await login('ada'));
    const go = slow('DELETE', 'sent');
    const out = signOut();
    const accepted = acceptSession(await login('bob'));
    go();
    await out;
    expect(await accepted).toMatch(/^eyJ/);
    expect(hasSession()).toBe(true);
    expect((await jar.ask('/me')).json.id).toBe('bob');
  });

  test('that is answered after the login: the page knows what is left of it', async () => {
    const { acceptSession, adoptLegacyToken, hasSession, signOut } = await tab();
    await adoptLegacyToken(place());
    await acceptSession(await login('ada'));
    const go = slow('DELETE', 'answered');
    const out = signOut();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const accepted = acceptSession(await login('bob'));
    go();
    await out;
    // Its cookie is gone with the late answer: better to be asked for the password again than to seem logged in.
    expect(await accepted).toBeNull();
    expect(hasSession()).toBe(false);
  });

  test('of an old token that is being exchanged: nobody seems logged in afterwards', async () => {
    const { adoptLegacyToken, hasSession, signOut } = await tab();
    const token = tokenOf('ada');
    localStorage.setItem('token', token);
    const go = slow('POST', 'answered');
    const adopting = adoptLegacyToken(place());
    await signOut();
    go();
    await adopting;
    expect(hasSession()).toBe(false);
    expect((await http(base).ask('/me', { token })).status).toBe(401);
  });
});

test('a logout in one tab, or storage that was cleared, is known to the other tabs', async () => {
  const [one, other] = [await tab(), await tab()];
  for (const { adoptLegacyToken } of [one, other]) await adoptLegacyToken(place());
  const { token } = (await jar.ask('/login', { method: 'POST', json: { id: 'ada' } })).json;
  await one.acceptSession(String(token));
  expect(other.hasSession()).toBe(true);
  await other.signOut();
  expect(one.hasSession()).toBe(false);
  await one.acceptSession(String(token));
  localStorage.clear();
  expect(one.hasSession()).toBe(false);
});

test('storage that is full: this page remembers', async () => {
  const full = new FakeStorage();
  full.setItem = () => {
    throw new Error('QuotaExceededError');
  };
  vi.stubGlobal('localStorage', full);
  const { acceptSession, hasSession, forgetSession } = await tab();
  const { token } = (await jar.ask('/login', { method: 'POST', json: { id: 'ada' } })).json;
  await acceptSession(String(token));
  expect(hasSession()).toBe(true);
  forgetSession();
  expect(hasSession()).toBe(false);
});

test('storage that is forbidden: this page remembers', async () => {
  vi.stubGlobal('localStorage', undefined);
  const { acceptSession, adoptLegacyToken, hasSession } = await tab();
  await adoptLegacyToken(place());
  await jar.ask('/login', { method: 'POST', json: { id: 'ada' } });
  await acceptSession();
  expect(hasSession()).toBe(true);
});

test('an expired note is no session', async () => {
  const { acceptSession, adoptLegacyToken, hasSession } = await tab();
  await adoptLegacyToken(place());
  const { token } = (await jar.ask('/login', { method: 'POST', json: { id: 'ada', expiresIn: 1 } })).json;
  await acceptSession(String(token));
  vi.setSystemTime(Date.now() + 2000);
  expect(hasSession()).toBe(false);
  vi.useRealTimers();
});

describe('where the application renews logins by a cookie of its own', () => {
  const renewing = () => ({ ...place(), renews: true });

  test('a token that has run out counts until the page says otherwise', async () => {
    const { adoptLegacyToken, forgetSession, hasSession, sessionInfo } = await tab();
    localStorage.setItem('token', tokenOf('ada', { age: 7200, exp: Math.floor(Date.now() / 1000) - 3600 }));
    await adoptLegacyToken(renewing());
    expect(localStorage.getItem('token')).toBeNull();
    expect(hasSession()).toBe(true);
    expect(sessionInfo()).toBeNull();
    const next = await tab();
    await next.adoptLegacyToken(renewing());
    expect(next.hasSession()).toBe(true);
    forgetSession();
    expect(next.hasSession()).toBe(false);
  });

  test('so does a note that has run out', async () => {
    const { acceptSession, adoptLegacyToken, hasSession } = await tab();
    await adoptLegacyToken(renewing());
    expect(hasSession()).toBe(false);
    const { token } = (await jar.ask('/login', { method: 'POST', json: { id: 'ada', expiresIn: 1 } })).json;
    await acceptSession(String(token));
    vi.setSystemTime(Date.now() + 2000);
    expect(hasSession()).toBe(true);
    vi.useRealTimers();
  });
});

test('less than 2 kB, minified and compressed', async () => {
  const entry = join(import.meta.dirname, '../src/browser/client.ts');
  const built = await build({
    logLevel: 'silent',
    configFile: false,
    build: { lib: { entry, formats: ['es'] }, write: false, minify: true, target: 'es2018' },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const code = outputs
    .flatMap((one) => ('output' in one ? one.output : []))
    .map((chunk) => (chunk.type === 'chunk' ? chunk.code : ''))
    .join('');
  expect(code.length).toBeGreaterThan(500);
  expect(gzipSync(code).length).toBeLessThan(2048);
  console.info(`the browser helper: ${gzipSync(code).length} bytes minified and compressed`);
});

test('what Webpack 4 parses: no syntax newer than ES2018', async () => {
  for (const path of ['client.js', 'module/client.js']) {
    const text = await readFile(join(import.meta.dirname, '../dist/client', path), 'utf8');
    expect(text).not.toMatch(/\?\.|\?\?|\|\|=|#\w+\s*[=(;]|catch \{/);
  }
});
