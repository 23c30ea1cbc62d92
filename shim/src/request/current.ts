import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { currentSocketRequest } from './opened-sockets.js';
import { currentVisit } from './visit.js';

/**
 * The request that is being served, for code that has none at hand; in listeners of sockets the one that opened
 * the socket, which has what any request of Node has.
 * @throws outside of a request that `cutover` has seen, and of a socket that `socketCutover` has
 */
export function currentRequest(): Request;
export function currentRequest(): IncomingMessage {
  const req = currentVisit()?.req ?? currentSocketRequest();
  if (req) return req;
  throw new Error(
    'currentRequest: no request is being served here. app.use(cutover(…)) must come before this route, and the call must be made while the request runs',
  );
}
