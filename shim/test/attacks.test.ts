import { createHmac, createSign, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { connect } from 'node:net';
import express from 'express';
import jwt from 'jsonwebtoken';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bearer,
  body,
  cookie,
  cutover,
  header,
  memoryStore,
  query,
  type ShimEvent,
  sessionClaims,
} from '../src/index.js';
import { client, listen, sessionCookies } from './support/server.js';
import { optionsFor, SECRET, shopApplication, tokenOf, type Wanted } from './support/shop.js';

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const hmac = (text: string, key: string = SECRET) =>
  createHmac('sha256', key).update(text).digest('base64url');
/** A token of exactly these texts, signed with the application's key. */
const forge = (head: unknown, payload: unknown, key?: string) => {
  const text = `${encode(head)}.${encode(payload)}`;
  return `${text}.${hmac(text, key)}`;
};
const HEAD = { alg: 'HS256', typ: 'JWT' };
const claims = () => ({ id: 'ada', iat: now(), exp: now() + 3600 });

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPublic = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** Sends a token in the header, expects a guest's answer, no cookie, and the reason. */
async function refused(token: string, reason: string, wanted: Wanted = {}) {
  const events: ShimEvent[] = [];
  const base = await shopApplication(optionsFor(wanted, events));
  const answer = await client(base).ask('/me', { token });
  expect(answer.status).toBe(401);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(events).toEqual([{ type: 'refused', reason }]);
  const exchange = await client(base).ask('/session/exchange', { method: 'POST', token });
  expect(exchange.status).toBe(401);
  expect(exchange.headers.getSetCookie()).toEqual([]);
}

test('the token that the attacks start from is accepted', async () => {
  const base = await shopApplication(optionsFor());
  expect((await client(base).ask('/me', { token: forge(HEAD, claims()) })).status).toBe(200);
});

describe('signature', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('unsigned: alg %j', async (alg) => {
    const text = `${encode({ alg, typ: 'JWT' })}.${encode(claims())}`;
    await refused(`${text}.${hmac(text)}`, 'algorithm');
    await refused(`${text}.`, 'malformed');
    await refused(text, 'malformed');
  });

  test('no algorithm at all', () => refused(forge({ typ: 'JWT' }, claims()), 'malformed'));

  test.each([['none'], [null], [['HS256']], [{ HS256: 1 }], [256]])(
    'alg %j that is no text of ours',
    async (alg) => {
      await refused(forge({ alg }, claims()), typeof alg === 'string' ? 'algorithm' : 'malformed');
    },
  );

  test('algorithm confusion: the RSA public key as an HMAC secret', async () => {
    const keys = { key: rsaPublic, algorithms: ['RS256'] };
    await refused(forge(HEAD, claims(), rsaPublic), 'algorithm', { legacy: { keys } });
    await refused(forge(HEAD, claims(), rsaPublic.trim()), 'algorithm', { legacy: { keys } });
    const both = [keys, { key: SECRET, algorithms: ['HS256'] }];
    await refused(forge(HEAD, claims(), rsaPublic), 'signature', { legacy: { keys: both } });
  });

  test('another algorithm of the same key', async () => {
    await refused(jwt.sign(claims(), SECRET, { algorithm: 'HS512' }), 'algorithm');
  });

  test('stripped, swapped, cut and extended', async () => {
    const [mine, theirs] = [forge(HEAD, claims()), forge(HEAD, { ...claims(), id: 'bob' })];
    const [head, payload, signature = ''] = mine.split('.');
    await refused(`${head}.${payload}.`, 'malformed');
    await refused(`${head}.${theirs.split('.')[1]}.${signature}`, 'signature');
    await refused(`${head}.${payload}.${signature.slice(0, -1)}`, 'signature');
    await refused(`${head}.${payload}.${signature}A`, 'signature');
    await refused(`${mine}.${signature}`, 'malformed');
    await refused(`${head}.${payload}=.${signature}`, 'malformed');
  });

  test('another secret', () => refused(forge(HEAD, claims(), 'guess'), 'signature'));

  test('kid injection and path traversal: a kid is compared and nothing else', async () => {
    const keys = { key: SECRET, algorithms: ['HS256'], kid: 'main' };
    for (const kid of [
      '../../../../dev/null',
      "x' UNION SELECT 'key",
      '/etc/passwd',
      'main\0',
      'MAIN',
      '__proto__',
    ])
      await refused(forge({ ...HEAD, kid }, claims()), 'algorithm', { legacy: { keys } });
    await refused(forge({ ...HEAD, kid: { main: 1 } }, claims()), 'malformed', { legacy: { keys } });
    await refused(forge({ ...HEAD, kid: 'main' }, claims(), ''.padEnd(1)), 'signature', { legacy: { keys } });
  });

  test('keys that the token brings along', async () => {
    const jwk = rsa.publicKey.export({ format: 'jwk' });
    for (const more of [
      { jwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/x' },
      { x5c: ['MIIB'] },
    ]) {
      const text = `${encode({ alg: 'RS256', ...more })}.${encode(claims())}`;
      const signature = createSign('RSA-SHA256').update(text).sign(rsa.privateKey).toString('base64url');
      await refused(`${text}.${signature}`, 'algorithm');
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
      await refused(`${text}.${signature}`, 'signature', {
        legacy: { keys: { key: other, algorithms: ['RS256'] } },
      });
    }
  });
});

describe('form', () => {
  test('unknown critical headers', async () => {
    await refused(forge({ ...HEAD, crit: ['exp'] }, claims()), 'malformed');
    await refused(forge({ ...HEAD, crit: ['b64'], b64: false }, claims()), 'malformed');
    await refused(forge({ ...HEAD, crit: [] }, claims()), 'malformed');
  });

  test('a key that is there twice, however it is written', async () => {
    const rest = `"iat":${now()},"exp":${now() + 60}`;
    await refused(forge(HEAD, `{"id":"ada","id":"root",${rest}}`), 'malformed');
    await refused(forge(HEAD, `{"id":"ada","\\u0069d":"root",${rest}}`), 'malformed');
    await refused(forge(HEAD, `{"id":"ada","x":{"a":1,"a":2},${rest}}`), 'malformed');
    await refused(forge('{"alg":"HS256","alg":"none"}', claims()), 'malformed');
    await refused(forge(HEAD, `{"id":"ada","id"${' '.repeat(100)}:"root",${rest}}`), 'malformed');
  });

  test('huge tokens, deep JSON', async () => {
    await refused(forge(HEAD, { ...claims(), filler: 'x'.repeat(8000) }), 'too-large');
    const depth = 1500;
    await refused(forge(HEAD, `{"id":"ada","a":${'['.repeat(depth)}${']'.repeat(depth)}}`), 'malformed');
    await refused(forge(HEAD, `{"id":"ada","a":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`), 'malformed');
  });

  test.each(['"text"', '[1]', 'null', '7', '{', '', '\u0000', '{"id":"ada"}{"id":"root"}'])(
    'a payload that is no object: %j',
    (payload) => refused(forge(HEAD, payload), 'malformed'),
  );
});

describe('claims', () => {
  test('issuer and audience', async () => {
    const keys = { key: SECRET, algorithms: ['HS256'], issuer: 'us', audience: 'app' };
    const good = { ...claims(), iss: 'us', aud: 'app' };
    const base = await shopApplication(optionsFor({ legacy: { keys } }));
    expect((await client(base).ask('/me', { token: forge(HEAD, good) })).status).toBe(200);
    for (const wrong of [
      { iss: 'them' },
      { iss: ['us', 'them'] },
      { iss: undefined },
      { aud: 'other' },
      { aud: undefined },
    ])
      await refused(forge(HEAD, { ...good, ...wrong }), 'claims', { legacy: { keys } });
  });

  test('expired, not yet valid, and times that are no numbers', async () => {
    await refused(forge(HEAD, { ...claims(), exp: now() - 1 }), 'expired');
    await refused(forge(HEAD, { ...claims(), exp: now() }), 'expired');
    await refused(forge(HEAD, { ...claims(), nbf: now() + 60 }), 'not-yet-valid');
    await refused(forge(HEAD, { ...claims(), exp: '9999999999' }), 'claims');
    await refused(forge(HEAD, { ...claims(), nbf: 'now' }), 'claims');
  });

  test('issued after the cutoff', async () => {
    const legacy = { mintedBefore: new Date(Date.now() - 60_000) };
    await refused(forge(HEAD, claims()), 'minted-late', { legacy });
    const base = await shopApplication(optionsFor({ legacy }));
    const old = forge(HEAD, { ...claims(), iat: now() - 120 });
    expect((await client(base).ask('/me', { token: old })).status).toBe(200);
  });

  test('outside of the window', async () => {
    const later = new Date(Date.now() + 60_000);
    await refused(forge(HEAD, claims()), 'window-closed', {
      window: { closes: new Date(Date.now() - 1000) },
    });
    await refused(forge(HEAD, claims()), 'window-not-open', {
      window: { opens: later, closes: new Date(later.getTime() + 1) },
    });
  });

  test('a clock that is set back after the start turns nobody away', async () => {
    const base = await shopApplication(optionsFor());
    const token = tokenOf('ada');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await client(base).ask('/me', { token })).status).toBe(200);
  });

  test('a reset token as a login token', async () => {
    const legacy = { claims: (payload: object) => ('purpose' in payload ? undefined : payload) };
    await refused(forge(HEAD, { ...claims(), purpose: 'reset' }), 'claims', { legacy });
  });

  test('a token of nobody does not become the user "undefined"', async () => {
    const { id: _, ...nobodys } = claims();
    await refused(forge(HEAD, nobodys), 'user');
    for (const id of [null, '', {}, Number.NaN]) await refused(forge(HEAD, { ...claims(), id }), 'user');
  });

  test('on the application’s own deny list', async () => {
    await refused(forge(HEAD, claims()), 'revoked', {
      legacy: { isRevoked: async ({ id }) => id === 'ada' },
    });
  });

  test('a function of the application that throws refuses the token', async () => {
    const fail = () => {
      throw new Error('bug');
    };
    await refused(forge(HEAD, claims()), 'claims', { legacy: { claims: fail } });
    await refused(forge(HEAD, claims()), 'user', { user: fail });
    const base = await shopApplication(optionsFor({ legacy: { isRevoked: fail } }));
    expect((await client(base).ask('/me', { token: forge(HEAD, claims()) })).status).toBe(503);
  });

  test('prototype pollution', async () => {
    const polluted = `{"id":"ada","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":{"__proto__":{"b":1}},"exp":${now() + 60}}`;
    const store = memoryStore();
    const app = express();
    app.use(cutover(optionsFor({ session: { store } })));
    app.get('/', (req, res) => {
      const found = sessionClaims(req) ?? { iat: 0, exp: 0 };
      const merged: Record<string, unknown> = Object.assign({}, found);
      res.json({
        own: Object.hasOwn(found, '__proto__'),
        inner: Object.hasOwn(Object(found.a), '__proto__'),
        admin: 'admin' in merged || 'admin' in {},
        id: found.id,
      });
    });
    const browser = client(await listen(app));
    for (const asked of [{ token: forge(HEAD, polluted) }, {}])
      expect((await browser.ask('/', asked)).json).toEqual({
        own: false,
        inner: false,
        admin: false,
        id: 'ada',
      });
  });

  test('response splitting', async () => {
    const base = await shopApplication(optionsFor());
    const evil = 'x\r\nSet-Cookie: session=evil\r\n\r\n<script>\u2028';
    const browser = client(base);
    const answer = await browser.ask('/session/exchange', {
      method: 'POST',
      token: forge(HEAD, { ...claims(), name: evil, [evil]: 1 }),
    });
    expect(answer.status).toBe(200);
    expect(sessionCookies(answer.headers)).toHaveLength(1);
    expect(answer.headers.getSetCookie()[0]).not.toContain('evil');
    expect(answer.json.marker).toMatch(/^[\w.-]+$/);
    const login = await browser.ask('/login', { method: 'POST', json: { id: evil, name: evil } });
    expect(sessionCookies(login.headers)).toHaveLength(1);
    expect(login.json.token).toMatch(/^[\w.-]+$/);
  });
});

describe('carriers', () => {
  const everywhere = {
    from: [bearer(), header('x-auth-token'), cookie('token'), query('token'), body('token')],
  };

  test('a marker as a credential', async () => {
    const base = await shopApplication(optionsFor({ legacy: everywhere }));
    const { token } = (await client(base).ask('/login', { method: 'POST', json: { id: 'ada' } })).json;
    const marker = String(token);
    const thief = client(base);
    thief.cookies.set('token', marker);
    const tries = [{ token: marker }, { headers: { 'x-auth-token': marker } }, {}];
    for (const asked of tries) expect((await thief.ask('/me', asked)).status).toBe(401);
    expect((await thief.ask(`/me?token=${marker}`)).status).toBe(401);
    const signed = `${marker}${hmac(marker.slice(0, -1))}`;
    expect((await thief.ask('/me', { token: signed })).status).toBe(401);
  });

  test('two places that disagree', async () => {
    const events: ShimEvent[] = [];
    const base = await shopApplication(optionsFor({ legacy: everywhere }, events));
    const browser = client(base);
    const answer = await browser.ask(`/me?token=${tokenOf('bob')}`, { token: tokenOf('ada') });
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(events).toEqual([{ type: 'refused', reason: 'ambiguous' }]);
    // Two of the same user are an access and a refresh token: the newer speaks.
    const two = await browser.ask(`/me?token=${tokenOf('ada', { age: 9, role: 'old' })}`, {
      token: tokenOf('ada', { role: 'new' }),
    });
    expect(two.json.role).toBe('new');
  });

  test('several Authorization headers', async () => {
    const base = await shopApplication(optionsFor());
    const { port } = new URL(base);
    for (const headers of [
      [tokenOf('ada'), tokenOf('bob')],
      [tokenOf('ada'), 'x'],
    ]) {
      const lines = headers.map((token) => `Authorization: Bearer ${token}\r\n`).join('');
      const answer = await raw(
        Number(port),
        `GET /me HTTP/1.1\r\nHost: a\r\n${lines}Connection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 401/);
      expect(answer).not.toMatch(/set-cookie/i);
    }
  });

  test('two tokens in one header', async () => {
    const base = await shopApplication(optionsFor());
    for (const value of [
      `Bearer ${tokenOf('ada')}, Bearer ${tokenOf('bob')}`,
      `Bearer ${tokenOf('ada')} ${tokenOf('bob')}`,
    ])
      expect((await client(base).ask('/me', { headers: { authorization: value } })).status).toBe(401);
  });

  test('a tampered cookie', async () => {
    const base = await shopApplication(optionsFor());
    const browser = client(base);
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    const good = browser.cookies.get('session') ?? '';
    const id = decodeURIComponent(good).slice(2).split('.')[0] ?? '';
    const tampered = [
      good.slice(0, -1),
      `${good}x`,
      id,
      `s:${id}`,
      `s:${id}.`,
      `s:${id}.${createHmac('sha256', 'guess').update(id).digest('base64')}`,
      `j:${JSON.stringify({ id })}`,
      good.toUpperCase(),
      '%E0%A4%A',
      '',
    ];
    for (const value of tampered) {
      browser.cookies.set('session', value.startsWith('s%3A') ? value : encodeURIComponent(value));
      expect((await browser.ask('/me')).status, value).toBe(401);
    }
    browser.cookies.set('session', good);
    expect((await browser.ask('/me')).status).toBe(200);
  });

  describe('cookies that a sibling host sets for us', () => {
    const named = async (base: string, id: string) => {
      const browser = client(base);
      await browser.ask('/login', { method: 'POST', json: { id } });
      return `session=${browser.cookies.get('session')}`;
    };
    const me = (base: string, ...cookies: string[]) =>
      client(base).ask('/me', { headers: { cookie: cookies.join('; ') } });

    test('the session of somebody else before the user’s own serves neither', async () => {
      const events: ShimEvent[] = [];
      const base = await shopApplication(optionsFor({}, events));
      const [ada, mallory] = [await named(base, 'ada'), await named(base, 'mallory')];
      events.length = 0;
      for (const cookies of [
        [mallory, ada],
        [ada, mallory],
      ]) {
        const answer = await me(base, ...cookies);
        expect(answer.status).toBe(401);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      expect(events).toEqual([1, 2].map(() => ({ type: 'refused', reason: 'ambiguous' })));
    });

    test('a guest’s session, one that is over, one that is forged: the user’s own serves', async () => {
      const base = await shopApplication(optionsFor());
      const ada = await named(base, 'ada');
      const guest = client(base);
      await guest.ask('/count');
      const over = await named(base, 'mallory');
      await client(base).ask('/logout', { method: 'POST', headers: { cookie: over } });
      const others = [
        `session=${guest.cookies.get('session')}`,
        over,
        'session=s%3Aforged.x',
        'session=',
        ada,
      ];
      for (const other of others) {
        expect((await me(base, other, ada)).json.id, other).toBe('ada');
        expect((await me(base, ada, other)).json.id, other).toBe('ada');
      }
    });

    test('tokens of different users in cookies of one name', async () => {
      const base = await shopApplication(optionsFor({ legacy: { from: [cookie('token')] } }));
      const [ada, mallory] = ['ada', 'mallory'].map((id) => `token=${tokenOf(id)}`);
      expect((await me(base, mallory ?? '', ada ?? '')).status).toBe(401);
      const newer = `token=${tokenOf('ada', { role: 'new' })}`;
      const older = `token=${tokenOf('ada', { age: 60, role: 'old' })}`;
      expect((await me(base, older, newer)).json.role).toBe('new');
    });

    test('hundreds of them cost no more than a few', async () => {
      const store = memoryStore();
      const get = vi.spyOn(store, 'get');
      const base = await shopApplication(optionsFor({ session: { store } }));
      const all = await Promise.all(Array.from({ length: 30 }, () => named(base, 'ada')));
      get.mockClear();
      expect((await me(base, ...all)).json.id).toBe('ada');
      expect(get.mock.calls.length).toBeLessThan(6);
    });
  });

  test('a session cookie in another place', async () => {
    const base = await shopApplication(optionsFor({ legacy: everywhere }));
    const browser = client(base);
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    const value = decodeURIComponent(browser.cookies.get('session') ?? '');
    const thief = client(base);
    expect((await thief.ask('/me', { token: value })).status).toBe(401);
    expect(
      (await thief.ask(`/me?session=${encodeURIComponent(value)}&token=${encodeURIComponent(value)}`)).status,
    ).toBe(401);
  });
});

describe('replay', () => {
  test('one token written in several ways is one token', async () => {
    const base = await shopApplication(optionsFor());
    const browser = client(base);
    const token = tokenOf('ada');
    await browser.ask('/me', { token });
    await browser.ask('/me');
    // The last character of 43 holds two bits that mean nothing.
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const other of alphabet) {
      if (other === last) continue;
      expect((await client(base).ask('/me', { token: token.slice(0, -1) + other })).status).toBe(401);
    }
    for (const padded of [`${token}=`, `${token}==`, token.replaceAll('-', '+').replaceAll('_', '/')])
      expect((await client(base).ask('/me', { token: padded })).status).toBe(401);
  });

  test('an ECDSA signature has a twin; the token is spent all the same', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const base = await shopApplication(
      optionsFor({ legacy: { keys: { key: publicKey, algorithms: ['ES256'] } } }),
    );
    const text = `${encode({ alg: 'ES256' })}.${encode(claims())}`;
    const signature = signBytes('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
    const twin = Buffer.concat([
      signature.subarray(0, 32),
      Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'),
    ]);
    const [one, other] = [signature, twin].map((bytes) => `${text}.${bytes.toString('base64url')}`);
    expect(jwt.verify(other ?? '', publicKey, { algorithms: ['ES256'] })).toMatchObject({ id: 'ada' });
    const browser = client(base);
    await browser.ask('/me', { token: one ?? '' });
    await browser.ask('/me');
    for (const token of [one, other])
      expect((await client(base).ask('/me', { token: token ?? '' })).status).toBe(401);
  });

  test('within the grace a spent token leads to its session, after it nowhere', async () => {
    const base = await shopApplication(optionsFor({ grace: 3000 }));
    const browser = client(base);
    const token = tokenOf('ada');
    await browser.ask('/me', { token });
    await browser.ask('/me');
    expect((await client(base).ask('/me', { token })).status).toBe(200);
    const after = async () => expect((await client(base).ask('/me', { token })).status).toBe(401);
    await vi.waitFor(after, { timeout: 10_000, interval: 200 });
  });

  test('a token that was logged out opens nothing, whichever way it went out', async () => {
    const base = await shopApplication(optionsFor({ grace: '1h', reuse: 'same-session' }));
    const browser = client(base);
    const [first = '', second = '', third = ''] = [1, 2, 3].map((age) => tokenOf('ada', { age }));
    await browser.ask('/me', { token: first });
    await browser.ask('/logout', { method: 'POST' });
    expect((await client(base).ask('/me', { token: first })).status).toBe(401);
    await client(base).ask('/session', { method: 'DELETE', token: second });
    expect((await client(base).ask('/me', { token: second })).status).toBe(401);
    await client(base).ask('/logout', { method: 'POST', token: third });
    expect((await client(base).ask('/me', { token: third })).status).toBe(401);
  });

  test('same-session: a client without cookies keeps its session until it logs out', async () => {
    const base = await shopApplication(optionsFor({ reuse: 'same-session' }));
    const token = tokenOf('ada');
    const cookies = new Set<string | undefined>();
    for (let count = 0; count < 3; count += 1) {
      const answer = await client(base).ask('/count', { token });
      expect(answer.json.count).toBe(count + 1);
      cookies.add(answer.headers.getSetCookie()[0]?.split(';')[0]);
    }
    expect(cookies.size).toBe(1);
  });
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
