import { createServer } from 'node:http';
import express from 'express';
import jwt from 'jsonwebtoken';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import {
  currentRequest,
  cutover,
  OptionError,
  requireSession,
  sessionClaims,
  sessionPresented,
  socketCutover,
  upgradeCutover,
} from '../src/index.js';
import { client } from './support/server.js';
import { optionsFor } from './support/shop.js';

/** How listeners check: as they did, with the shim in front, or by the session alone. */
type Checking = 'jwt' | 'session';

interface Serving {
  readonly sockets: Server;
  readonly check: (socket: Socket, token: unknown) => string;
}

/** An application whose sockets are checked where they are served, or by an event. */
async function application(checking: Checking, serve: (serving: Serving) => void) {
  const key = `s${Math.random().toString(36).slice(2)}`;
  const present = (claims: object) => jwt.sign(claims, key);
  const app = express();
  app.use(
    cutover(
      optionsFor({
        session: { name: key },
        legacy: {
          keys: { key, algorithms: ['HS256'] },
          ...(checking === 'jwt' ? { present } : {}),
        },
      }),
    ),
  );
  app.get('/', (_req, res) => void res.end());
  const server = createServer(app);
  const sockets = new Server(server);
  const idOf = (claims: unknown) =>
    typeof claims === 'object' && claims && 'id' in claims ? String(claims.id) : 'nobody';
  const check = (socket: Socket, token: unknown) => {
    try {
      return idOf(checking === 'jwt' ? jwt.verify(String(token), key) : requireSession(socket.request));
    } catch (error) {
      return error instanceof Error ? error.message : 'refused';
    }
  };
  serve({ sockets, check });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => sockets.close());
  const address = server.address();
  const base = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  const browser = client(base);
  return {
    base,
    server,
    browser,
    check,
    tokenOf: (id: string, claims: object = {}) => jwt.sign({ id, ...claims }, key),
    cookie: () => [...browser.cookies].map((pair) => pair.join('=')).join('; '),
  };
}

interface Sent {
  readonly auth?: object;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

function open(base: string, { auth, query, headers = {}, path = '' }: Sent) {
  const socket = io(base + path, {
    ...(auth ? { auth } : {}),
    ...(query ? { query } : {}),
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
  });
  onTestFinished(() => void socket.close());
  return socket;
}

function told(socket: ReturnType<typeof open>): Promise<string> {
  return new Promise((resolve) => {
    socket.on('who', resolve);
    socket.on('connect_error', ({ message }) => resolve(`refused: ${message}`));
  });
}

describe.each<Checking>(['jwt', 'session'])('listeners that check by %s', (checking) => {
  test('find who opened the socket, without waiting', async () => {
    const { base, browser, cookie, tokenOf } = await application(checking, ({ sockets, check }) => {
      sockets.use(socketCutover());
      sockets.on('connection', (socket) => {
        const token = socket.handshake.auth.token || socket.handshake.query.token;
        socket.emit('who', token ? check(socket, token) : 'nothing came');
        socket.on('again', (answer) => answer(check(socket, token)));
        const { request } = socket;
        socket.emit('current', currentRequest() === request);
        socket.on('current', async (answer) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          answer(currentRequest() === request);
        });
      });
    });
    const who = (sent: Sent) => told(open(base, sent));
    const token = tokenOf('ada');
    expect(await who({})).toBe('nothing came');
    expect(await who({ query: { token: 'nonsense' } })).toMatch(/jwt malformed|jwt expired/);
    expect(await who({ auth: { token: `${token.slice(0, -4)}AAAA` } })).toBe('invalid signature');
    expect(await who({ query: { token: tokenOf('ada', { exp: 1 }) } })).toBe('jwt expired');
    expect(await who({ query: { token } })).toBe('ada');
    expect(await who({ auth: { token } })).toBe('ada');
    await browser.ask('/', { headers: { authorization: `Bearer ${token}` } });
    expect(await who({ headers: { cookie: cookie() } })).toBe('ada');
    expect(await who({ auth: {}, headers: { cookie: cookie() } })).toBe('ada');
    expect(await who({ headers: { cookie: cookie(), origin: 'https://elsewhere.example' } })).toBe(
      'nothing came',
    );
    expect(await who({ auth: { token: tokenOf('bob') }, headers: { cookie: cookie() } })).toBe('bob');
    const ada = open(base, { headers: { cookie: cookie() } });
    const current = new Promise((resolve) => ada.on('current', resolve));
    expect(await told(ada)).toBe('ada');
    expect(await ada.emitWithAck('again')).toBe('ada');
    expect([await current, await ada.emitWithAck('current')]).toEqual([true, true]);
    await browser.ask('/session', { method: 'DELETE' });
    expect(await who({ auth: { token } })).toMatch(/jwt expired|invalid token/);
  });

  test('find it in an event that logs in, in front of the events after it', async () => {
    const { base, browser, cookie, tokenOf } = await application(checking, ({ sockets, check }) => {
      sockets.use(socketCutover({ events: { authenticate: 'token', enter: '' } }));
      sockets.on('connection', (socket) => {
        let user = 'nobody';
        socket.on('authenticate', ({ token }: { token?: string }) => {
          user = token ? check(socket, token) : 'nothing came';
        });
        socket.on('enter', (token: unknown, answer: (id: string) => void) => answer(check(socket, token)));
        socket.on('who', () => socket.emit('who', user));
      });
    });
    const who = async (sent: object | undefined, headers: Record<string, string> = {}) => {
      const socket = open(base, { headers });
      if (sent) socket.emit('authenticate', sent);
      else socket.emit('authenticate');
      socket.emit('who');
      return told(socket);
    };
    const token = tokenOf('ada');
    expect(await who({})).toBe('nothing came');
    expect(await who({ token })).toBe('ada');
    expect(await who({ token: tokenOf('ada', { exp: 1 }) })).toBe('jwt expired');
    await browser.ask('/', { headers: { authorization: `Bearer ${token}` } });
    expect(await who({}, { cookie: cookie() })).toBe('ada');
    expect(await who(undefined, { cookie: cookie() })).toBe('ada');
    expect(await who({ token: tokenOf('bob') }, { cookie: cookie() })).toBe('bob');
    const socket = open(base, { headers: { cookie: cookie() } });
    expect(await socket.emitWithAck('enter')).toBe('ada');
    const old = open(base, {});
    expect(await old.emitWithAck('enter', tokenOf('bob'))).toBe('bob');
  });

  test('of ws find it in the request', async () => {
    const { base, server, browser, cookie, tokenOf } = await application(checking, () => {});
    const plain = new WebSocketServer({ server, path: '/plain', verifyClient: upgradeCutover() });
    onTestFinished(() => plain.close());
    plain.on('connection', (socket, req) => {
      const token = new URL(req.url ?? '', 'http://localhost').searchParams.get('token');
      socket.send(token && sessionPresented(req) ? String(sessionClaims(req)?.id) : 'nothing came');
    });
    const who = (query: string, headers: Record<string, string> = {}) => {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/plain${query}`, { headers });
      return new Promise<string>((resolve) => {
        socket.on('message', (data) => resolve(String(data)));
        socket.on('error', ({ message }) => resolve(message));
      }).finally(() => socket.close());
    };
    const token = tokenOf('ada');
    expect(await who('')).toBe('nothing came');
    expect(await who(`?token=${token}`)).toBe('ada');
    expect(await who(`?token=${tokenOf('ada', { exp: 1 })}`)).toBe('undefined');
    await browser.ask('/', { headers: { authorization: `Bearer ${token}` } });
    expect(await who('', { cookie: cookie() })).toBe('ada');
  });
});

test('a token stands in a place of its own, with its scheme', async () => {
  const seen: unknown[] = [];
  const { base, browser, cookie, tokenOf } = await application('jwt', ({ sockets, check }) => {
    sockets.use(socketCutover({ from: ['Bearer auth.jwt', 'headers.X-Access-Token'] }));
    sockets.on('connection', (socket) => {
      seen.push(socket.handshake.headers['x-access-token']);
      socket.emit('who', check(socket, String(socket.handshake.auth.jwt).split(' ')[1]));
    });
  });
  await browser.ask('/', { headers: { authorization: `Bearer ${tokenOf('ada')}` } });
  expect(await told(open(base, { headers: { cookie: cookie() } }))).toBe('ada');
  expect(await told(open(base, { auth: { jwt: `Bearer ${tokenOf('bob')}` } }))).toBe('bob');
  expect(seen).toEqual([
    expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  ]);
  expect(() => socketCutover({ from: ['token'] })).toThrow(OptionError);
});
