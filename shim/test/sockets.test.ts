import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import {
  cutover,
  endAllSessions,
  endSession,
  requireSocketSession,
  sessionOfUpgrade,
  socketPresented,
  socketSession,
  startSession,
} from '../src/index.js';
import { endsOf } from '../src/session/ends.js';
import { client } from './support/server.js';
import { optionsFor } from './support/shop.js';

async function application() {
  const app = express();
  app.use(cutover(optionsFor({ session: { name: `s${Math.random().toString(36).slice(2)}` } })));
  app.post('/login', (req, res) => void res.json({ token: startSession(req, { id: 'ada' }) }));
  app.post('/logout', (req, res) => {
    void endSession(req);
    res.end();
  });
  app.post('/everywhere', (_req, res, next) => void endAllSessions('ada').then(() => res.end(), next));
  const server = createServer(app);
  const sockets = new Server(server);
  sockets.use(socketSession());
  sockets.on('connection', (socket) => socket.emit('who', socket.data.session.id));
  const plain = new WebSocketServer({ noServer: true });
  server.on('upgrade', async (req, socket, head) => {
    if (req.url !== '/plain') return;
    const session = await sessionOfUpgrade(req);
    if (!session) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    plain.handleUpgrade(req, socket, head, (opened) => {
      opened.on(
        'close',
        session.onEnd(() => opened.close(4401, 'session ended')),
      );
      opened.send(String(session.claims.id));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await sockets.close();
    plain.close();
  });
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const browser = client(`http://127.0.0.1:${port}`);
  const cookie = () => [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  return { port, browser, cookie };
}

test.each(['/logout', '/everywhere'])(
  'ws: the session from the upgrade request, closed by %s',
  async (path) => {
    const { port, browser, cookie } = await application();
    const open = (headers: Record<string, string>) =>
      new WebSocket(`ws://127.0.0.1:${port}/plain`, { headers });
    const [error] = await once(open({}), 'error');
    expect(String(error)).toContain('401');
    await browser.ask('/login', { method: 'POST' });
    const [foreign] = await once(open({ cookie: cookie(), origin: 'https://evil.example' }), 'error');
    expect(String(foreign)).toContain('401');
    const socket = open({ cookie: cookie() });
    const [greeting] = await once(socket, 'message');
    expect(String(greeting)).toBe('ada');
    await browser.ask(path, { method: 'POST' });
    const [code] = await once(socket, 'close');
    expect(code).toBe(4401);
  },
);

test.each([['websocket'], ['polling']])('Socket.IO over %s', async (transport) => {
  const { port, browser, cookie } = await application();
  const open = (extraHeaders: Record<string, string>) =>
    io(`http://127.0.0.1:${port}`, {
      transports: [transport],
      extraHeaders,
      forceNew: true,
      reconnection: false,
    });
  const guest = open({});
  const refusal = await new Promise<Error>((resolve) => guest.on('connect_error', resolve));
  expect(refusal.message).toBe('jwt must be provided');
  await browser.ask('/login', { method: 'POST' });
  const foreign = open({ cookie: cookie(), origin: 'https://evil.example' });
  await new Promise<Error>((resolve) => foreign.on('connect_error', resolve));
  const socket = open({ cookie: cookie() });
  expect(await new Promise((resolve) => socket.on('who', resolve))).toBe('ada');
  const closed = new Promise((resolve) => socket.on('disconnect', resolve));
  await browser.ask('/logout', { method: 'POST' });
  expect(await closed).toMatch(/server disconnect|transport close/);
  guest.close();
});

test('a token that the client sends itself, until its session has taken its place', async () => {
  const app = express();
  const name = `s${Math.random().toString(36).slice(2)}`;
  // A key that no other application of this process knows.
  app.use(cutover(optionsFor({ session: { name }, legacy: { keys: { key: name, algorithms: ['HS256'] } } })));
  const tokenOf = (id: string, claims: object = {}) => jwt.sign({ id, ...claims }, name);
  app.get('/', (_req, res) => void res.end());
  const server = createServer(app);
  const sockets = new Server(server);
  sockets.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (!socketPresented(socket.request, token)) return next(new Error('nothing came'));
    requireSocketSession(socket.request, token, (error, claims) => {
      if (error || !claims) return next(error ?? new Error('no claims'));
      socket.data.id = claims.id;
      next();
    });
  });
  sockets.on('connection', (socket) => socket.emit('who', socket.data.id));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => sockets.close());
  const address = server.address();
  const base = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  const browser = client(base);
  const who = (token: string | undefined, headers: Record<string, string> = {}) => {
    const socket = io(base, {
      auth: { token },
      extraHeaders: headers,
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
    });
    return new Promise<string>((resolve) => {
      socket.on('who', resolve);
      socket.on('connect_error', ({ message }) => resolve(message));
    }).finally(() => socket.close());
  };
  const cookie = () => [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  const token = tokenOf('ada');
  expect(await who(undefined)).toBe('nothing came');
  expect(await who('nonsense')).toBe('invalid token');
  expect(await who(tokenOf('ada', { exp: 1 }))).toBe('jwt expired');
  expect(await who(token)).toBe('ada');
  expect(await who(token, { origin: 'https://elsewhere.example' })).toBe('ada');
  await browser.ask('/', { headers: { authorization: `Bearer ${token}` } });
  expect(await who(token)).toBe('ada');
  expect(await who(undefined, { cookie: cookie() })).toBe('ada');
  expect(await who(undefined, { cookie: cookie(), origin: 'https://elsewhere.example' })).toBe(
    'jwt must be provided',
  );
  // A newer login of somebody else in the same browser.
  expect(await who(tokenOf('bob'), { cookie: cookie() })).toBe('bob');
  await browser.ask('/');
  expect(await who(token)).toBe('jwt expired');
  expect(await who(token, { cookie: cookie() })).toBe('ada');
  await browser.ask('/session', { method: 'DELETE' });
  expect(await who(tokenOf('ada', { again: true }))).toBe('ada');
  expect(await who(token)).toBe('jwt expired');
});

test('a session that another process ended is noticed; a store that is away is not the end', async () => {
  let open: boolean | 'away' = true;
  const ends = endsOf(async () => {
    if (open === 'away') throw new Error('away');
    return open;
  }, 10);
  const [closed, other] = [vi.fn(), vi.fn()];
  ends.watch('a', closed);
  ends.watch('a', other)();
  open = 'away';
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(closed).not.toHaveBeenCalled();
  open = false;
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  expect(other).not.toHaveBeenCalled();
});
