import express, { type NextFunction, type Request, type Response } from 'express';
import { describe, expect, test } from 'vitest';
import { allowCredentialsTo, body, query } from '../src/index.js';
import { client, listen } from './support/server.js';
import { optionsFor, shopApplication, tokenOf } from './support/shop.js';

const TRUSTED = 'https://app.example.com';

/** Headers as browsers send them, and whether a request that changes something is served with the cookie. */
const FROM: readonly [what: string, headers: (host: string) => Record<string, string>, served: boolean][] = [
  ['our own page', () => ({ 'sec-fetch-site': 'same-origin', origin: 'http://ours' }), true],
  ['typed', () => ({ 'sec-fetch-site': 'none' }), true],
  ['no browser', () => ({}), true],
  ['an old browser, our page', (host) => ({ origin: `http://${host}` }), true],
  ['an old browser, our page behind TLS', (host) => ({ origin: `https://${host}` }), true],
  ['an old browser, another page', () => ({ origin: 'https://evil.example' }), false],
  ['another site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), false],
  ['another site without origin', () => ({ 'sec-fetch-site': 'cross-site' }), false],
  ['a sandboxed frame', () => ({ 'sec-fetch-site': 'cross-site', origin: 'null' }), false],
  ['an old sandboxed frame', () => ({ origin: 'null' }), false],
  ['a sibling domain', () => ({ 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }), false],
  ['a trusted origin', () => ({ 'sec-fetch-site': 'same-site', origin: TRUSTED }), true],
  ['a trusted origin in an old browser', () => ({ origin: TRUSTED }), true],
  ['its look-alike', () => ({ 'sec-fetch-site': 'same-site', origin: `${TRUSTED}.evil.example` }), false],
  ['its plain http twin', () => ({ origin: 'http://app.example.com' }), false],
  ['an unknown value', () => ({ 'sec-fetch-site': 'sideways', origin: 'https://evil.example' }), false],
];

describe.each(FROM)('%s', (_, headersOf, served) => {
  test('a session by cookie', async () => {
    const base = await shopApplication(optionsFor({ trustedOrigins: [TRUSTED] }));
    const browser = client(base);
    await browser.ask('/login', { method: 'POST', json: { id: 'ada' } });
    const headers = headersOf(new URL(base).host);
    expect((await browser.ask('/count', { method: 'POST', headers })).status).toBe(served ? 200 : 403);
    expect((await browser.ask('/count', { method: 'DELETE', headers })).status).toBe(served ? 200 : 403);
    expect((await browser.ask('/session', { method: 'DELETE', headers })).status).toBe(served ? 204 : 403);
    if (!served) expect((await browser.ask('/me')).status).toBe(200);
  });

  test('safe methods, and requests without a session, are nobody else’s business', async () => {
    const base = await shopApplication(optionsFor({ trustedOrigins: [TRUSTED] }));
    const browser = client(base);
    const headers = headersOf(new URL(base).host);
    expect((await browser.ask('/count', { method: 'POST', headers })).status).toBe(200);
    const user = client(base);
    await user.ask('/login', { method: 'POST', json: { id: 'ada' } });
    expect((await user.ask('/me', { headers })).status).toBe(200);
    expect((await user.ask('/count', { method: 'OPTIONS', headers })).status).toBe(200);
  });

  test.each(['query', 'body'])('a token in the %s', async (where) => {
    const base = await shopApplication(
      optionsFor({ trustedOrigins: [TRUSTED], legacy: { from: [query('token'), body('token')] } }),
    );
    const headers = headersOf(new URL(base).host);
    const token = tokenOf('mallory');
    const victim = client(base);
    const answer =
      where === 'query'
        ? await victim.ask(`/me?token=${token}`, { headers })
        : await victim.ask('/count', { method: 'POST', json: { token }, headers });
    // Logging the victim in as somebody else is what the attacker is after.
    expect(answer.headers.getSetCookie().filter((line) => line.startsWith('session='))).toHaveLength(
      served || where === 'body' ? 1 : 0,
    );
    expect((await victim.ask('/me')).json.id).toBe(served ? 'mallory' : undefined);
  });

  test('a token in a header is served, but gives its session’s cookie only to our own pages', async () => {
    const base = await shopApplication(optionsFor({ trustedOrigins: [TRUSTED] }));
    const browser = client(base);
    const headers = headersOf(new URL(base).host);
    const token = tokenOf('ada');
    const answer = await browser.ask('/count', { method: 'POST', token, headers });
    expect(answer.status).toBe(200);
    expect(browser.cookies.has('session')).toBe(served);
    expect((await browser.ask('/session/exchange', { method: 'POST', token, headers })).status).toBe(200);
    expect(browser.cookies.has('session')).toBe(served);
  });
});

test('the user’s own token beside the cookie vouches for the request', async () => {
  const base = await shopApplication(optionsFor());
  const browser = client(base);
  const token = tokenOf('ada');
  await browser.ask('/me', { token });
  const headers = { 'sec-fetch-site': 'same-site', origin: TRUSTED };
  expect((await browser.ask('/count', { method: 'POST', headers, token })).status).toBe(200);
  expect((await browser.ask('/count', { method: 'POST', headers })).status).toBe(403);
  const forged = `${token.slice(0, -4)}AAAA`;
  expect((await browser.ask('/me', { method: 'GET', headers, token: forged })).json.id).toBe('ada');
  // Without proof the cookie does not count, so nobody is served.
  const answer = await browser.ask('/logout', { method: 'POST', headers, token: forged });
  expect(answer.headers.getSetCookie().filter((line) => !line.includes('1970'))).toEqual([]);
  expect((await browser.ask('/me')).status).toBe(200);
});

describe('credentials in front of CORS by hand', () => {
  async function shop(): Promise<string> {
    const app = express();
    app.use(
      allowCredentialsTo(() => [TRUSTED]),
      (req: Request, res: Response, next: NextFunction) => {
        res.header('Access-Control-Allow-Origin', '*').vary('Accept');
        if (req.method === 'OPTIONS') res.sendStatus(204);
        else next();
      },
    );
    app.get('/', (_, res) => {
      res.json({});
    });
    return await listen(app);
  }

  test.each(['OPTIONS', 'GET'])('%s', async (method) => {
    const base = await shop();
    const asked = async (origin: string) => (await fetch(base, { method, headers: { origin } })).headers;
    const ours = await asked(TRUSTED);
    expect(ours.get('access-control-allow-origin')).toBe(TRUSTED);
    expect(ours.get('access-control-allow-credentials')).toBe('true');
    expect(ours.get('vary')).toBe('Accept, Origin');
    const others = await asked('https://evil.example');
    expect(others.get('access-control-allow-origin')).toBe('*');
    expect(others.has('access-control-allow-credentials')).toBe(false);
  });
});
