import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sign } from 'cookie-signature';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../scripts/bundled-application.js';
import { migrate } from '../../transforms/migrate.js';
import type { Step } from '../../transforms/words.js';
import { served } from './served.js';

const JWT_SECRET = 'a login secret that is long enough';
const REFRESH_SECRET = 'another secret for renewal';
const SESSION_SECRET = 'c'.repeat(40);

interface Kept {
  /** The field of the body, or the cookie, that a refresh token comes in. */
  readonly body?: string;
  readonly cookie?: string;
  /** What ann's refresh tokens say; absent where a restart forgets all of them. */
  readonly claims?: object;
  /** Those of a token that was taken back before, where they differ. */
  readonly taken?: object;
  /** Its tokens are random text. */
  readonly opaque?: true;
  /** There is a way to log out everywhere. */
  readonly leaves?: true;
  /** A logout only forgets the token; a session's ends it. */
  readonly forgets?: true;
  /** Logins are renewed by whatever is asked once this cookie is gone, and not by a route. */
  readonly passing?: { readonly without: string };
  /** Cookies are signed, and so is every token with this key. */
  readonly signed?: { readonly key: string };
  /** Administrators keep users out. */
  readonly blocks?: true;
  /** What is wrong with a token is told in the words of the error, and a refused one is wrong in another way. */
  readonly quotes?: true;
  /** One key signs them and tokens for forgotten passwords, which the same table has. */
  readonly kinds?: true;
}

/** Small servers that keep their refresh tokens, each in another way. */
const SERVERS: Readonly<Record<string, Kept>> = {
  'refresh-table': { body: 'refreshToken', claims: { id: '3' }, leaves: true },
  'refresh-opaque': { body: 'refreshToken', claims: {}, opaque: true },
  'refresh-cache': { cookie: 'refreshToken', claims: { userId: '3' } },
  'refresh-list': { body: 'refreshToken' },
  'refresh-reuse': { cookie: 'renewal', claims: { login: 'cleo' } },
  'refresh-versions': {
    cookie: 'jid',
    claims: { userId: '3', tokenVersion: 1 },
    taken: { userId: '3', tokenVersion: 0 },
    leaves: true,
    forgets: true,
  },
  'renewed-in-passing': {
    cookie: 'refreshToken',
    claims: { user: { name: 'cleo', userId: '3', role: 'user' }, refreshToken: 'a string of cleo' },
    taken: { refreshToken: 'another string' },
    passing: { without: 'accessToken' },
    signed: { key: JWT_SECRET },
    blocks: true,
  },
  'refresh-of-user': { cookie: 'jwt', claims: { username: 'cleo' } },
  'refresh-methods': { cookie: 'refreshToken', claims: { _id: '3' }, quotes: true },
  'refresh-sql': { cookie: 'refreshToken', claims: { id: 3 }, leaves: true },
  'refresh-sqlite': { cookie: 'refreshToken', claims: { id: 3 }, leaves: true },
  'refresh-hashed': { body: 'refreshToken', claims: { sub: '3' } },
  'refresh-digest': { body: 'refreshToken', claims: { userId: '3' } },
  'refresh-rows': { cookie: 'renewal', claims: { userId: 3, name: 'cleo', role: 'user' } },
  'refresh-prisma': { cookie: 'refreshToken', claims: { userId: '3', role: 'user' } },
  'refresh-devices': { body: 'refreshToken', claims: { userId: '3' }, leaves: true },
  'refresh-kinds': { body: 'refreshToken', claims: { sub: '3', type: 'refresh' }, kinds: true },
  'refresh-classes': { body: 'refreshToken', claims: { sub: '3', kind: 'refresh' }, kinds: true },
};

/** What is handed out as a token: a JWT, a marker, random text. */
const TOKEN = /[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{40,}/g;

/** A client as far as it matters: keeps cookies and the tokens that it is sent. */
class Client {
  readonly cookies = new Map<string, string>();
  access: string | undefined;
  refresh: string | undefined;
  mailed: string | undefined;

  constructor(
    private readonly base: string,
    private readonly kept: Kept,
  ) {}

  /** Somebody else who has come to have the tokens. */
  thief(): Client {
    const other = new Client(this.base, this.kept);
    other.access = this.access;
    other.hold(this.refresh ?? this.cookies.get(this.kept.cookie ?? ''));
    return other;
  }

  hold(refresh: string | undefined): this {
    if (refresh === undefined) return this;
    const value = this.kept.signed ? encodeURIComponent(`s:${sign(refresh, SESSION_SECRET)}`) : refresh;
    if (this.kept.cookie) this.cookies.set(this.kept.cookie, value);
    else this.refresh = refresh;
    return this;
  }

  renew(): Promise<string> {
    const { passing } = this.kept;
    if (!passing) return this.ask('POST', '/refresh');
    this.cookies.delete(passing.without);
    return this.ask('GET', '/me');
  }

  async ask(method: string, path: string, more: object = {}): Promise<string> {
    const { body } = this.kept;
    const sent = { ...more, ...(body && this.refresh ? { [body]: this.refresh } : {}) };
    const response = await fetch(this.base + path, {
      method,
      headers: {
        'content-type': 'application/json',
        cookie: [...this.cookies].map((one) => one.join('=')).join('; '),
        ...(this.access ? { authorization: `Bearer ${this.access}`, 'x-access-token': this.access } : {}),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(sent) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (value && !/expires=thu, 01 jan 1970|max-age=0/i.test(line)) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const text = await response.text();
    this.access = /"(?:token|accessToken)":"([^"]+)"/.exec(text)?.[1] ?? this.access;
    this.refresh = /"refresh(?:Token":|":\{"token":)"([^"]+)"/.exec(text)?.[1] ?? this.refresh;
    this.mailed = /"mailed":"([^"]+)"/.exec(text)?.[1] ?? this.mailed;
    const shown = text.replace(TOKEN, 'TOKEN').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
    return `${response.status} ${shown}`;
  }
}

/** The same requests of the same clients, whatever is behind. */
async function story(base: string, kept: Kept, old: Old): Promise<Record<string, string>> {
  const told: Record<string, string> = {};
  const client = () => new Client(base, kept);
  const login = (who: string) => ({ name: who, password: 'secret' });
  const ann = client();
  told['nothing to renew with'] = await client().renew();
  told['a wrong password'] = await ann.ask('POST', '/login', { name: 'ann', password: 'guess' });
  told['ann logs in'] = await ann.ask('POST', '/login', login('ann'));
  told['ann is ann'] = await ann.ask('GET', '/me');
  told['ann renews'] = await ann.renew();
  told['ann is ann again'] = await ann.ask('GET', '/me');
  told['and again'] = await ann.renew();
  told['ann is no admin'] = await ann.ask('GET', '/admin');
  const { strange, forged } = old;
  told['a token that was never kept'] = await client().hold(strange).renew();
  told['a token of another key'] = await client().hold(forged).renew();
  told['no token at all'] = await client().hold('nonsense').renew();
  if (old.over) {
    // Where a session is asked nobody can tell any more whether it is over or was never there.
    const answer = await client().hold(old.over).renew();
    told['a token that is too old'] = answer.slice(0, 3);
  }
  const thief = ann.thief();
  told['ann logs out'] = await ann.ask('POST', '/logout');
  // With the cookie gone there is nothing left to steal.
  if (kept.body) told['what ann had renews nothing'] = await thief.renew();
  const after = client();
  told['nobody is nobody'] = await after.ask('GET', '/me');
  told['nobody logs out'] = await client().ask('POST', '/logout');
  const bob = client();
  told['bob logs in'] = await bob.ask('POST', '/login', login('bob'));
  told['bob is an admin'] = await bob.ask('GET', '/admin');
  told['bob logs in where he is'] = await bob.ask('POST', '/login', login('bob'));
  told['bob renews'] = await bob.renew();
  if (kept.leaves) {
    const [here, there] = [client(), client()];
    for (const one of [here, there]) await one.ask('POST', '/login', login('bob'));
    told['bob leaves everywhere'] = await here.ask('POST', '/leave');
    told['bob renews nothing here'] = await here.renew();
    told['nor there'] = await there.renew();
  }
  if (kept.blocks) {
    const [ann, bob] = [client(), client()];
    await ann.ask('POST', '/login', login('ann'));
    await bob.ask('POST', '/login', login('bob'));
    told['bob keeps ann out'] = await bob.ask('POST', '/block', { id: '1' });
    told['ann renews nothing'] = await ann.renew();
    told['nor logs in'] = await client().ask('POST', '/login', login('ann'));
  }
  if (kept.claims) {
    const back = client().hold(old.kept);
    told['cleo comes back'] = await back.renew();
    told['and is cleo'] = await back.ask('GET', '/me');
    const thief = back.thief();
    told['cleo logs out'] = await back.ask('POST', '/logout');
    if (kept.body) told['what cleo had renews nothing'] = await thief.renew();
    if (!kept.forgets) told['what she came with renews nothing'] = await client().hold(old.kept).renew();
    told['what was taken back before renews nothing'] = await client().hold(old.taken).renew();
  }
  if (kept.kinds) {
    const ann = client();
    told['ann has forgotten her password'] = await ann.ask('POST', '/forgot', { name: 'ann' });
    const { mailed = '' } = ann;
    told['what was mailed renews nothing'] = await client().hold(mailed).ask('POST', '/refresh');
    told['nor does it log out'] = await client().hold(mailed).ask('POST', '/logout');
    const reading = client();
    reading.access = mailed;
    told['nor does it log in'] = await reading.ask('GET', '/me');
    told['a refresh token resets nothing'] = await client().ask('POST', `/reset?code=${old.kept}`);
    told['it resets the password'] = await client().ask('POST', `/reset?code=${mailed}`);
    told.once = await client().ask('POST', `/reset?code=${mailed}`);
    told['a refresh token that has expired'] = await client().hold(old.expired).ask('POST', '/refresh');
    reading.access = old.kept;
    told['a refresh token is no login'] = await reading.ask('GET', '/me');
  }
  return told;
}

/** Tokens from before the server was started. */
interface Old {
  readonly kept: string;
  readonly taken: string;
  readonly strange: string;
  readonly forged: string;
  /** One that is kept, and too old. */
  readonly over?: string;
  /** One of the right key that has expired. */
  readonly expired: string;
}

async function told(name: string, steps: readonly Step[]): Promise<Record<string, string>> {
  const kept = SERVERS[name];
  if (!kept) throw new Error(`no server ${name}`);
  const own = kept.signed?.key ?? (kept.kinds ? JWT_SECRET : REFRESH_SECRET);
  const signed = (claims: object, key = own, expiresIn: '7d' | '-1d' = '7d') =>
    kept.opaque ? randomUUID() : jwt.sign(claims, key, { expiresIn });
  const old: Old = {
    kept: signed({ ...kept.claims, jti: 'kept' }),
    taken: signed({ ...kept.claims, ...kept.taken, jti: 'taken' }),
    // Of nobody: where a token that comes again ended all logins of its user, a session's logins go on.
    strange: signed({ nobody: true }),
    forged: signed({ ...kept.claims, jti: 'forged' }, 'not the secret'),
    ...(kept.opaque ? { over: signed({}) } : {}),
    expired: signed({ ...kept.claims, jti: 'expired' }, own, '-1d'),
  };
  const environment = {
    JWT_SECRET,
    REFRESH_SECRET,
    SESSION_SECRET,
    KEPT_TOKEN: old.kept,
    TAKEN_TOKEN: old.taken,
    ...(old.over === undefined ? {} : { OVER_TOKEN: old.over }),
  };
  const all = await served(name, steps, environment, (base) => story(base, kept, old));
  if (!kept.quotes) return all;
  return Object.fromEntries(Object.entries(all).map(([key, text]) => [key, text.replace(/^401 .*/, '401')]));
}

describe.each(Object.keys(SERVERS))('%s', (name) => {
  test('moves whole', async () => {
    const root = join(REPOSITORY, 'fixtures/differential', name);
    const { sites } = await migrate({ root, steps: ['install', 'server'] });
    expect(sites.filter(({ action }) => action === 'manual')).toEqual([]);
  });

  test('answers after install, and after install and server, as before', async () => {
    const before = await told(name, []);
    expect(await told(name, ['install'])).toEqual(before);
    expect(await told(name, ['install', 'server'])).toEqual(before);
  });
});

test.each<[string, Step[]]>([
  ['install', ['install']],
  ['install and server', ['install', 'server']],
])(
  'after %s random text is exchanged for a session, which lasts as long as it would have',
  async (_, steps) => {
    const [kept, over] = [randomUUID(), randomUUID()];
    const environment = {
      JWT_SECRET: 'a login secret that is long enough',
      SESSION_SECRET: 'c'.repeat(40),
      KEPT_TOKEN: kept,
      OVER_TOKEN: over,
    };
    await served('refresh-opaque', steps, environment, async (base) => {
      const exchange = (token: string) =>
        fetch(`${base}/session/exchange`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      const answer = await exchange(kept);
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).toContain('"claims":{"id":3,');
      const exp = Number(/"exp":(\d+)/.exec(text)?.[1]) * 1000;
      expect(exp - Date.now()).toBeGreaterThan(23 * 60 * 60 * 1000);
      for (const token of [over, randomUUID()]) expect((await exchange(token)).status).toBe(401);
      const login = await fetch(`${base}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ann', password: 'secret' }),
      });
      const refreshToken = /"refreshToken":"([^"]+)"/.exec(await login.text())?.[1] ?? '';
      // A marker opens nothing.
      expect(refreshToken.endsWith('.')).toBe(steps.includes('server'));
      if (steps.includes('server')) expect((await exchange(refreshToken)).status).toBe(401);
    });
  },
);
