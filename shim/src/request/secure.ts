import type { Request } from 'express';
import type { SessionSettings } from '../settings/settings.js';

/** Whether the cookie will be set: express-session leaves one that is `Secure` out, without a word, on plain HTTP. */
export function cookieCanBeSet(req: Request, { cookie, express }: SessionSettings): boolean {
  return cookie.secure !== true || isHttps(req, express.proxy);
}

export const COOKIE_CAN_NOT_BE_SET =
  "session.cookie.secure is true and this request came by plain HTTP, so no cookie can be set. Behind a proxy that ends TLS: app.set('trust proxy', 1); in development leave `secure` out";

/**
 * Whether a proxy says that the request came by HTTPS, and is not believed: then the cookie is never Secure, or
 * never set.
 */
export function isProxyNotTrusted(req: Request, { cookie, express }: SessionSettings): boolean {
  return cookie.secure !== false && forwardedByHttps(req) && !isHttps(req, express.proxy);
}

export const PROXY_NOT_TRUSTED =
  "requests come by HTTPS to a proxy that Express does not trust, so the session's cookie can not be Secure: app.set('trust proxy', 1), or what fits your proxies, before app.use(cutover(…))";

/** As express-session decides it. */
function isHttps(req: Request, proxy: boolean | undefined): boolean {
  if ('encrypted' in req.socket && req.socket.encrypted === true) return true;
  if (proxy === false) return false;
  return proxy === true ? forwardedByHttps(req) : req.secure === true;
}

function forwardedByHttps(req: Request): boolean {
  const [first = ''] = String(req.headers['x-forwarded-proto'] ?? '').split(',');
  return first.trim().toLowerCase() === 'https';
}
