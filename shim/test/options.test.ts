import { generateKeyPairSync } from 'node:crypto';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import { describe, expect, test } from 'vitest';
import { type CutoverOptions, cutover, memoryStore, OptionError } from '../src/index.js';
import { expiresInSeconds, milliseconds } from '../src/settings/durations.js';
import { client, listen } from './support/server.js';
import { optionsFor } from './support/shop.js';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** What is wrong, the option that the message names, and what else it says. */
const WRONG: readonly [what: string, change: object, option: string, says: RegExp][] = [
  ['no secret', { session: { secret: undefined } }, 'session.secret', /SESSION_SECRET/],
  ['an empty secret', { session: { secret: '' } }, 'session.secret', /empty/],
  ['no secrets', { session: { secret: [] } }, 'session.secret', /one or more/],
  ['no session', { session: undefined }, 'session', /secret/],
  ['no legacy', { legacy: undefined }, 'legacy', /legacy: false/],
  ['no keys', { legacy: {} }, 'legacy.keys', /JWT_SECRET/],
  [
    'no key',
    { legacy: { keys: { key: undefined, algorithms: ['HS256'] } } },
    'legacy.keys[0].key',
    /environment/,
  ],
  ['an empty key', { legacy: { keys: [{ key: '', algorithms: ['HS256'] }] } }, 'legacy.keys[0].key', /empty/],
  ['no algorithms', { legacy: { keys: { key: 's' } } }, 'legacy.keys[0].algorithms', /HS256/],
  ['none', { legacy: { keys: { key: 's', algorithms: ['none'] } } }, 'legacy.keys[0].algorithms', /"none"/],
  [
    'bare text as no claim',
    { legacy: { keys: { key: 's', algorithms: ['HS256'], textAs: '' } } },
    'legacy.keys[0].textAs',
    /'sub'/,
  ],
  ['a typo', { legacy: { keys: { key: 's', algorithms: ['hs256'] } } }, 'legacy.keys[0].algorithms', /hs256/],
  [
    'an RSA public key as a secret',
    { legacy: { keys: { key: pem, algorithms: ['HS256'] } } },
    'legacy.keys[0].algorithms',
    /public key/,
  ],
  [
    'a secret as a public key',
    { legacy: { keys: { key: 's', algorithms: ['RS256'] } } },
    'legacy.keys[0].algorithms',
    /secret/,
  ],
  [
    'a published secret',
    { legacy: { keys: { jwksUri: 'https://issuer.example/jwks', algorithms: ['HS256'] } } },
    'legacy.keys[0].algorithms',
    /public/,
  ],
  ['no user', { user: undefined }, 'user', /claims\.id/],
  ['no window', { window: undefined }, 'window', /closes/],
  ['no end', { window: { closes: 'soon' } }, 'window.closes', /soon/],
  [
    'an end before the beginning',
    { window: { opens: '2026-02-01', closes: '2026-01-01' } },
    'window.closes',
    /later/,
  ],
  ['an odd duration', { grace: 'a while' }, 'grace', /30m/],
  ['an odd limit', { session: { secret: 's', idle: -1 } }, 'session.idle', /30m/],
  ['an odd reuse', { reuse: 'twice' }, 'reuse', /once/],
  ['an odd cookieWith', { cookieWith: 'logins' }, 'cookieWith', /markers/],
  ['a wildcard', { trustedOrigins: ['*'] }, 'trustedOrigins', /scheme/],
  ['an origin with a path', { trustedOrigins: ['https://a.example/x'] }, 'trustedOrigins', /scheme/],
  ['a host', { trustedOrigins: ['a.example'] }, 'trustedOrigins', /scheme/],
  ['a relative path', { path: 'session' }, 'path', /\/session/],
  [
    '__Host- that can not hold',
    { session: { secret: 's', name: '__Host-session' } },
    'session.name',
    /Secure/,
  ],
  [
    '__Host- with a domain',
    { session: { secret: 's', name: '__Host-s', cookie: { secure: true, domain: 'a.example' } } },
    'session.name',
    /domain/,
  ],
  [
    'SameSite=None in the open',
    { session: { secret: 's', cookie: { sameSite: 'none', secure: false } } },
    'session.cookie.sameSite',
    /Secure/,
  ],
  ['a store of another kind', { session: { secret: 's', store: {} } }, 'session.store', /redisStore/],
  [
    'a store of express-session alone',
    { session: { secret: 's', store: new MemoryStore() } },
    'session.ledger',
    /A MemoryStore keeps sessions only.*redisStore/,
  ],
  [
    'a ledger beside one of our stores',
    { session: { secret: 's', store: memoryStore(), ledger: memoryStore() } },
    'session.ledger',
    /Leave it out/,
  ],
  [
    'a ledger of another kind',
    { session: { secret: 's', store: new MemoryStore(), ledger: new MemoryStore() } },
    'session.ledger',
    /redisStore/,
  ],
  ['no places', { legacy: { keys: { key: 's', algorithms: ['HS256'] }, from: [] } }, 'legacy.from', /bearer/],
];

test.each(WRONG)('%s', (_, change, option, says) => {
  const options: CutoverOptions = Object.assign({}, optionsFor(), change);
  let thrown: unknown;
  try {
    cutover(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(OptionError);
  if (!(thrown instanceof OptionError)) return;
  expect(thrown.option).toBe(option);
  expect(thrown.message).toMatch(new RegExp(`^cutover: ${option.replace(/[[\].]/g, '\\$&')}`));
  expect(thrown.message).toMatch(says);
});

test('a second session middleware is told what to do', async () => {
  const app = express();
  app.use(session({ secret: 's', resave: false, saveUninitialized: false }));
  app.use(cutover(optionsFor()));
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).json({ error: error.message });
  });
  expect((await client(await listen(app)).ask('/')).json.error).toMatch(
    /another session middleware.*cutover\(\{ session/,
  );
});

describe('durations', () => {
  test.each([
    ['30m', 1_800_000],
    ['7d', 604_800_000],
    [500, 500],
    [0, 0],
    ['', undefined],
    ['soon', undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ])('%s', (given, expected) => expect(milliseconds(given)).toBe(expected));

  test.each([
    ['1h', 3600],
    [3600, 3600],
    ['120', 0],
    ['120000', 120],
    ['x', undefined],
  ])('expiresIn %s', (given, expected) => expect(expiresInSeconds(given)).toBe(expected));
});
