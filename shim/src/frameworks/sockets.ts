import type { IncomingMessage } from 'node:http';
import { isFromElsewhere } from '../cross-origin.js';
import { signedCookies } from '../request/cookies.js';
import { allShops } from '../request/shops.js';
import { within } from '../response/unavailable.js';
import { SessionAbsentError } from '../session/errors.js';
import { claimsOf } from '../session/login.js';
import { sessionOf } from '../session/session-of-cookies.js';
import { loginOf } from '../session/sessions.js';
import type { SessionClaims } from '../settings/options.js';

/** The session that a socket was opened with. */
export interface SocketSession {
  readonly claims: SessionClaims;
  /** Calls back when the session ends, to close the socket. Returns what stops that: call it when it closes. */
  onEnd(close: () => void): () => void;
}

/** What is used of a Socket.IO socket. */
interface Socket {
  readonly request: IncomingMessage;
  /** Absent in versions 2 and 3 of Socket.IO. */
  data?: object;
  disconnect(close?: boolean): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

export interface SocketOptions {
  /** Whether a guest is turned away. Default true. */
  readonly required?: boolean;
}

const LONGEST = 2000;

/**
 * The session of an upgrade request, for `ws`: `server.on('upgrade', …)`. Pages of other origins get none: a
 * browser sends the cookie with whatever page opens a socket, and CORS does not apply.
 * @throws when the store does not answer
 */
export async function sessionOfUpgrade(req: IncomingMessage): Promise<SocketSession | undefined> {
  for (const shop of allShops('sessionOfUpgrade')) {
    const { name, secrets } = shop.settings.session;
    if (isFromElsewhere(req, shop.settings.trustedOrigins)) continue;
    const named = await within(LONGEST, sessionOf(signedCookies(req, name, secrets), shop.sessions));
    const login = named === 'ambiguous' ? undefined : loginOf(named.data);
    const id = named === 'ambiguous' ? undefined : named.cookie?.id;
    if (login && id !== undefined)
      return { claims: claimsOf(login), onEnd: (close) => shop.ends.watch(id, close) };
  }
  return undefined;
}

/**
 * For Socket.IO: `io.use(socketSession())`. The claims are at `socket.data.session`, and the socket is closed
 * when its session ends.
 */
export function socketSession({ required = true }: SocketOptions = {}) {
  return (socket: Socket, next: (error?: Error) => void): void => {
    sessionOfUpgrade(socket.request).then((session) => {
      if (!session) return next(required ? new SessionAbsentError() : undefined);
      socket.data = Object.assign(socket.data ?? {}, { session: session.claims });
      const forget = session.onEnd(() => socket.disconnect(true));
      socket.on('disconnect', forget);
      next();
    }, next);
  };
}
