import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import fc from 'fast-check';
import jwt, { type Algorithm } from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { prepareKeys } from '../src/acceptance/keys.js';
import { verify } from '../src/acceptance/verify.js';
import type { KeySource } from '../src/index.js';
import { explore } from './support/explore.js';
import { listen } from './support/server.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

/** A key as an application signs with it, and as it checks with it. */
const KEYS: readonly [
  what: string,
  sign: jwt.Secret,
  check: string | Buffer | KeyObject,
  algorithm: Algorithm,
][] = [
  ['a short secret', 'secret', 'secret', 'HS256'],
  ['a long secret', 'x'.repeat(500), 'x'.repeat(500), 'HS512'],
  [
    'a secret that looks like a PEM',
    '-----BEGIN PUBLIC KEY----- not',
    '-----BEGIN PUBLIC KEY----- not',
    'HS256',
  ],
  ['a base64 secret, decoded', Buffer.from('c2VjcmV0', 'base64'), Buffer.from('c2VjcmV0', 'base64'), 'HS384'],
  ['a base64 secret, as it is', 'c2VjcmV0', 'c2VjcmV0', 'HS256'],
  ['RSA, PEM', rsa.privateKey, pem(rsa.publicKey), 'RS256'],
  [
    'RSA, its private PEM',
    rsa.privateKey,
    rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'RS512',
  ],
  ['RSA of 1024 bits', small.privateKey, pem(small.publicKey), 'RS256'],
  ['RSA-PSS', rsa.privateKey, rsa.publicKey, 'PS256'],
  ['P-256', p256.privateKey, pem(p256.publicKey), 'ES256'],
  ['P-384', p384.privateKey, p384.publicKey, 'ES384'],
  ['P-521', p521.privateKey, p521.privateKey, 'ES512'],
];

describe.each(KEYS)('%s', (_, signing, key, algorithm) => {
  const keys = prepareKeys({ key, algorithms: [algorithm] }, undefined);
  const token = jwt.sign({ id: 'ada' }, signing, { algorithm, allowInsecureKeySizes: true, expiresIn: 60 });

  test('accepts what jsonwebtoken accepts', async () => {
    expect((await verify(token, keys, 8192)).payload).toMatchObject({ id: 'ada' });
  });

  test('refuses another key', async () => {
    const forged = jwt.sign({ id: 'ada' }, another(algorithm), { algorithm });
    expect(jwt.decode(forged)).toMatchObject({ id: 'ada' });
    expect(await verify(forged, keys, 8192)).toEqual({ refusal: 'signature' });
  });
});

/** A key that nobody knows, for the algorithm. */
function another(algorithm: Algorithm): KeyObject | string {
  if (algorithm.startsWith('HS')) return 'a guess';
  if (!algorithm.startsWith('ES')) return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const namedCurve = { ES256: 'P-256', ES384: 'P-384' }[String(algorithm)] ?? 'P-521';
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

test('EdDSA, with the claims checked as for every other', async () => {
  const { sign } = await import('node:crypto');
  const token = (payload: object, key = ed.privateKey) => {
    const text = [{ alg: 'EdDSA' }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
  };
  const keys = prepareKeys({ key: pem(ed.publicKey), algorithms: ['EdDSA'], issuer: 'us' }, undefined);
  const now = Math.floor(Date.now() / 1000);
  expect((await verify(token({ id: 'ada', iss: 'us', exp: now + 9 }), keys, 8192)).payload).toMatchObject({
    id: 'ada',
  });
  expect(await verify(token({ id: 'ada', iss: 'us', exp: now - 9 }), keys, 8192)).toMatchObject({
    refusal: 'expired',
  });
  expect(await verify(token({ id: 'ada', iss: 'them' }), keys, 8192)).toMatchObject({ refusal: 'claims' });
  const other = generateKeyPairSync('ed25519').privateKey;
  expect(await verify(token({ id: 'ada', iss: 'us' }, other), keys, 8192)).toMatchObject({
    refusal: 'signature',
  });
  expect(await verify(`${token({ iss: 'us' }).slice(0, -4)}AAAA`, keys, 8192)).toMatchObject({
    refusal: 'signature',
  });
});

test('bare text, where the key says what it is', async () => {
  const key = { key: 'secret', algorithms: ['HS256'] };
  const [plain, text] = [prepareKeys(key, undefined), prepareKeys({ ...key, textAs: 'sub' }, undefined)];
  for (const id of ['42', 'ada', '65f0c0ffee65f0c0ffee65f0', '"quoted"']) {
    const token = jwt.sign(id, 'secret');
    expect(await verify(token, text, 8192)).toMatchObject({ payload: { sub: id } });
    expect(await verify(token, plain, 8192)).toEqual({ refusal: 'malformed' });
    expect(await verify(jwt.sign(id, 'a guess'), text, 8192)).toEqual({ refusal: 'signature' });
  }
  expect(await verify(jwt.sign({ sub: 'ada' }, 'secret'), text, 8192)).toEqual({ refusal: 'claims' });
  expect(await verify(jwt.sign('["ada"]', 'secret'), text, 8192)).toEqual({ refusal: 'malformed' });
  expect(await verify(jwt.sign('{"sub":"ada","sub":"eve"}', 'secret'), text, 8192)).toEqual({
    refusal: 'malformed',
  });
});

test('several keys: the one that fits, old ones with it', async () => {
  const keys = prepareKeys(
    [
      { key: 'new', algorithms: ['HS256'], kid: '2' },
      { key: 'old', algorithms: ['HS256'], kid: '1' },
      { key: pem(rsa.publicKey), algorithms: ['RS256'] },
    ],
    undefined,
  );
  const payload = async (token: string) => (await verify(token, keys, 8192)).payload;
  expect(await payload(jwt.sign({}, 'new', { keyid: '2' }))).toBeDefined();
  expect(await payload(jwt.sign({}, 'old', { keyid: '1' }))).toBeDefined();
  expect(await payload(jwt.sign({}, 'old'))).toBeDefined();
  expect(await payload(jwt.sign({}, rsa.privateKey, { algorithm: 'RS256', keyid: '9' }))).toBeDefined();
  expect(await payload(jwt.sign({}, 'old', { keyid: '2' }))).toBeUndefined();
  // Expired under one key and unknown to the others is expired, not invalid.
  expect(await verify(jwt.sign({ exp: 1 }, 'old'), keys, 8192)).toMatchObject({ refusal: 'expired' });
});

test('keys from a function', async () => {
  let asked = 0;
  const find: KeySource = async ({ kid }) => {
    asked += 1;
    return kid === 'mine' ? { key: 'secret', algorithms: ['HS256'] } : undefined;
  };
  const keys = prepareKeys(find, undefined);
  expect((await verify(jwt.sign({}, 'secret', { keyid: 'mine' }), keys, 8192)).payload).toBeDefined();
  expect(await verify(jwt.sign({}, 'secret', { keyid: 'other' }), keys, 8192)).toEqual({
    refusal: 'algorithm',
  });
  expect(await verify(jwt.sign({}, 'wrong', { keyid: 'mine' }), keys, 8192)).toEqual({
    refusal: 'signature',
  });
  expect(asked).toBe(3);
});

describe('published keys', () => {
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });

  test('are fetched once, and again for a new kid', async () => {
    let fetched = 0;
    const set = [jwk(rsa.publicKey, 'a'), { ...jwk(small.publicKey, 'e'), use: 'enc' }, { kty: 'odd' }];
    const uri = await listen((_, res) => {
      fetched += 1;
      res.end(JSON.stringify({ keys: set }));
    });
    const keys = prepareKeys({ jwksUri: uri, algorithms: ['RS256'] }, undefined);
    const token = (kid: string, key = rsa.privateKey) =>
      jwt.sign({}, key, { algorithm: 'RS256', keyid: kid, allowInsecureKeySizes: true });
    expect((await verify(token('a'), keys, 8192)).payload).toBeDefined();
    expect((await verify(token('a'), keys, 8192)).payload).toBeDefined();
    expect((await verify(token('e', small.privateKey), keys, 8192)).payload).toBeUndefined();
    expect((await verify(token('unknown'), keys, 8192)).payload).toBeUndefined();
    // A flood of unknown names does not become a flood of fetches.
    expect(fetched).toBe(1);
  });

  test('that can not be had make the answer 503, not "invalid"', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const address = gone.address();
    gone.close();
    const port = address && typeof address === 'object' ? address.port : 0;
    const keys = prepareKeys({ jwksUri: `http://127.0.0.1:${port}/`, algorithms: ['RS256'] }, undefined);
    const token = jwt.sign({}, rsa.privateKey, { algorithm: 'RS256', keyid: 'a' });
    await expect(verify(token, keys, 8192)).rejects.toMatchObject({ status: 503 });
  });
});

/** Payloads and headers of all sorts, valid or not, signed or not. */
const instants = fc
  .integer({ min: -100, max: 100 })
  .map((off) => Math.floor(Date.now() / 1000) + off * 10 + 5);
const times = fc.oneof(
  { weight: 6, arbitrary: instants },
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.oneof(fc.string(), fc.constant(null), fc.double()) },
);
const payloads = fc.record(
  {
    id: fc.string(),
    exp: times,
    nbf: times,
    iat: times,
    iss: fc.constantFrom('us', 'us', 'us', 'them', 7),
    aud: fc.oneof(fc.constantFrom('app', 'other'), fc.array(fc.constantFrom('app', 'other'))),
    more: fc.jsonValue({ maxDepth: 3 }),
  },
  { requiredKeys: [] },
);
const headers = fc.record(
  {
    alg: fc.constantFrom('HS256', 'HS256', 'HS256', 'HS384', 'none', 'RS256', 'hs256'),
    typ: fc.constantFrom('JWT', 'at+jwt'),
    kid: fc.string(),
  },
  { requiredKeys: ['alg'] },
);

test('what jsonwebtoken accepts is accepted, with the same claims, and nothing else', async () => {
  const { createHmac } = await import('node:crypto');
  const options = { algorithms: ['HS256' as const], issuer: 'us', clockTolerance: 3 };
  const keys = prepareKeys({ key: 'secret', ...options }, undefined);
  const hash = { HS256: 'sha256', HS384: 'sha384', none: 'sha256', RS256: 'sha256', hs256: 'sha256' };
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      headers,
      payloads,
      fc.constantFrom('secret', 'secret', 'secret', 'guess'),
      async (head, payload, secret) => {
        const text = [head, payload]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.');
        const token = `${text}.${createHmac(hash[head.alg], secret).update(text).digest('base64url')}`;
        let theirs: unknown;
        try {
          theirs = jwt.verify(token, 'secret', options);
        } catch {
          theirs = undefined;
        }
        const ours = await verify(token, keys, 8192);
        if (theirs !== undefined) accepted += 1;
        expect(ours.refusal === undefined ? ours.payload : undefined).toEqual(theirs);
      },
    ),
    explore(3000),
  );
  expect(accepted).toBeGreaterThan(100);
});

test('mangled tokens never throw and never pass', async () => {
  const keys = prepareKeys({ key: 'secret', algorithms: ['HS256'] }, undefined);
  const good = jwt.sign({ id: 'ada' }, 'secret');
  await fc.assert(
    fc.asyncProperty(
      fc.nat(good.length - 1),
      fc.string({ minLength: 1, maxLength: 3 }),
      fc.nat(3),
      async (at, text, cut) => {
        const token = good.slice(0, at) + text + good.slice(at + cut);
        const { refusal } = await verify(token, keys, 8192);
        expect(token === good ? undefined : refusal).toBe(
          token === good ? undefined : (refusal ?? 'refused'),
        );
        if (token !== good) expect(refusal).toBeDefined();
      },
    ),
    explore(3000),
  );
});
