import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { bearer, body, cookie, header, query, type ShimEvent } from '../src/index.js';
import { explore } from './support/explore.js';
import { optionsFor, SECRET, shopApplication, tokenOf } from './support/shop.js';

/** Requests of all sorts: never a 500, and never a session without a token that was accepted. */
const events: ShimEvent[] = [];
let port = 0;

beforeAll(async () => {
  const from = [bearer(), header('x-auth-token'), cookie('token'), query('token'), body('token')];
  const { url } = await lasting(from);
  port = Number(new URL(url).port);
});

/** The application listens for the whole file, so it is not stopped with a test. */
async function lasting(from: ReturnType<typeof bearer>[]) {
  const express = (await import('express')).default;
  const { cutover, sessionClaims } = await import('../src/index.js');
  const app = express();
  app.use(express.json());
  app.use(express.urlencoded({ extended: true }));
  app.use(cutover(optionsFor({ legacy: { from } }, events)));
  app.use(
    (req, res) => void res.status(sessionClaims(req) ? 299 : 401).json({ url: req.url, query: req.query }),
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}` };
}

function send(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    socket.setTimeout(4000, () => socket.destroy(new Error(`no answer to ${JSON.stringify(text)}`)));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

// What Node's parser lets through in a header: the rest never gets to us.
const printable = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = fc
  .tuple(fc.jsonValue(), fc.jsonValue(), printable)
  .map(([head, payload, end]) => `${encode(head)}.${encode(payload)}.${end}`);
const misfit = fc
  .tuple(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('HS256', 'none', 'HS512', 'RS256'),
    fc.constantFrom('guess', SECRET),
  )
  .map(([payload, alg, secret]) => {
    const text = `${encode({ alg, typ: 'JWT' })}.${encode(payload)}`;
    // Signed with the right secret it is a payload that names nobody, or no payload at all.
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  });
const tokens = fc.oneof(
  printable,
  unsigned,
  misfit,
  fc.constantFrom('', '..', 'a.b.c', 'session.a.b', 'null'),
);
const schemes = fc.constantFrom('Bearer', 'bearer', 'Basic', 'Token', '', 'Bearer,', 'Bearer Bearer');
const cookies = fc.oneof(
  printable,
  fc
    .tuple(fc.constantFrom('session', 'token', 'session ', '__proto__'), tokens)
    .map((pair) => pair.join('=')),
  fc.tuple(printable, printable).map(([id, signature]) => `session=s:${id}.${signature}`),
  fc
    .tuple(printable, printable)
    .map(([id, signature]) => `session=${encodeURIComponent(`s:${id}.${signature}`)}`),
);
const paths = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '/session',
    '/session/',
    '/session/exchange',
    '/session?x',
    '/session/exchange?token=',
    '*',
    '/%',
    '/%E0%A4%A',
    '/a?token',
    '/a?token&token',
    '/?token[a]=b',
  ),
  fc
    .tuple(fc.constantFrom('/', '/a', '//x', '/session'), tokens)
    .map(([path, token]) => `${path}?token=${encodeURIComponent(token)}`),
  fc
    .string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 30,
    })
    .map((path) => `/${path}`),
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'),
  path: paths,
  authorization: fc.option(fc.tuple(schemes, tokens).map((parts) => parts.join(' '))),
  second: fc.option(fc.tuple(schemes, tokens).map((parts) => parts.join(' '))),
  own: fc.option(tokens),
  cookie: fc.option(cookies),
  site: fc.option(fc.constantFrom('same-origin', 'cross-site', 'same-site', 'none', 'odd')),
  origin: fc.option(fc.oneof(fc.constantFrom('null', 'https://a.example', 'http://', 'x'), printable)),
  body: fc.option(fc.record({ token: fc.oneof(tokens, fc.jsonValue()) })),
});

test('never a 500, never a session without an accepted token', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (asked) => {
      events.length = 0;
      const text = asked.body ? JSON.stringify(asked.body) : '';
      const lines = [
        `${asked.method} ${asked.path} HTTP/1.1`,
        'Host: a.example',
        'Connection: close',
        asked.authorization === null ? '' : `Authorization: ${asked.authorization}`,
        asked.second === null ? '' : `Authorization: ${asked.second}`,
        asked.own === null ? '' : `X-Auth-Token: ${asked.own}`,
        asked.cookie === null ? '' : `Cookie: ${asked.cookie}`,
        asked.site === null ? '' : `Sec-Fetch-Site: ${asked.site}`,
        asked.origin === null ? '' : `Origin: ${asked.origin}`,
        text ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}` : '',
      ];
      const answer = await send(
        `${lines.filter(Boolean).join('\r\n')}\r\n\r\n${Buffer.from(text).toString('latin1')}`,
      );
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 400);
      expect(status).toBeLessThan(500);
      expect(status).not.toBe(299);
      expect(answer).not.toMatch(/^set-cookie: session=s/im);
      expect(events.filter(({ type }) => !['refused', 'cross-origin'].includes(type))).toEqual([]);
    }),
    explore(1500),
  );
});

test('the same server does accept a good token', async () => {
  const answer = await send(
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${tokenOf('ada')}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 299/);
  expect(answer).toMatch(/^set-cookie: session=s/im);
  expect(await shopApplication(optionsFor())).toContain('127.0.0.1');
});
