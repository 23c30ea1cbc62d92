import type { Request } from 'express';
import type { SessionSettings } from '../settings/settings.js';

/** Whether the cookie will be set: express-session leaves one that is `Secure` out, without a word, on plain HTTP. */
export function cookieCanBeSet(req: Request, { cookie, express: { proxy } }: SessionSettings): boolean {
  if (cookie.secure !== true) return true;
  if ('encrypted' in req.socket && req.socket.encrypted === true) return true;
  if (proxy === false) return false;
  if (proxy !== true) return req.secure === true;
  const [first = ''] = String(req.headers['x-forwarded-proto'] ?? '').split(',');
  return first.trim().toLowerCase() === 'https';
}

export const COOKIE_CAN_NOT_BE_SET =
  "session.cookie.secure is true and this request came by plain HTTP, so no cookie can be set. Behind a proxy that ends TLS: app.set('trust proxy', 1); in development leave `secure` out";
