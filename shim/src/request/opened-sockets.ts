import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Login } from '../session/login.js';
import type { Lack, Shop } from './visit.js';

/** Who has opened a socket, as it was found before it was served. */
export interface OpenedSocket {
  readonly shop: Shop;
  readonly login: Login | undefined;
  /** The session's id, where a cookie names one. */
  readonly sessionId: string | undefined;
  readonly lack: Lack;
  /** The token that came, whatever it was. */
  readonly token: string | undefined;
  /** A token that is no longer good came: somebody believes to be logged in. */
  readonly presented: boolean;
}

const serving = new AsyncLocalStorage<IncomingMessage>();
const opened = new WeakMap<IncomingMessage, OpenedSocket>();

/** Remembers with the request that opened a socket who it is from. */
export function rememberSocket(req: IncomingMessage, socket: OpenedSocket): void {
  opened.set(req, socket);
}

/** Who opened the socket whose request this is, where sockets pass `socketCutover()` or `upgradeCutover()`. */
export function openedSocket(req: IncomingMessage): OpenedSocket | undefined {
  return opened.get(req);
}

/** Serves a socket, or an event of it, so that `currentRequest()` finds the request that it was opened with. */
export function duringSocket(req: IncomingMessage, run: () => void): void {
  serving.run(req, run);
}

/** The request of the socket being served, if any. */
export function currentSocketRequest(): IncomingMessage | undefined {
  return serving.getStore();
}
