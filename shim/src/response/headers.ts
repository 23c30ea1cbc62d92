import type { ServerResponse } from 'node:http';
import { serialize } from 'cookie';
import type { Visit } from '../request/visit.js';
import type { LegacySettings } from '../settings/settings.js';

/**
 * The last word on the session's cookie: it is set only for a session that is stored, and taken back when the
 * session was logged out. Runs as the head is written, after express-session has added its own.
 */
export function fixCookies(visit: Visit): void {
  const { req, res, shop, gone, clearCookie } = visit;
  const { name, cookie } = shop.settings.session;
  const given = res.getHeader('Set-Cookie');
  const all = given === undefined ? [] : Array.isArray(given) ? given : [String(given)];
  const stored = req.session ? shop.express.isStored(req.session) && !gone : false;
  const ours = (line: string) => line.startsWith(`${name}=`);
  const kept = stored && !visit.cookieless ? all : all.filter((line) => !ours(line));
  if (clearCookie && !visit.cookieless && !kept.some(ours)) {
    const { secure, sameSite, path, domain, partitioned } = cookie;
    const over = { path, domain, partitioned, sameSite, httpOnly: true, expires: new Date(0) };
    kept.push(
      serialize(name, '', { ...defined(over), secure: secure === 'auto' ? req.secure : secure === true }),
    );
  }
  if (kept.length > 0) res.setHeader('Set-Cookie', kept);
  else if (given !== undefined) res.removeHeader('Set-Cookie');
}

/** Tells clients that still send a token until when that works: RFC 9745 and RFC 8594. */
export function announceEnd(res: ServerResponse, { deprecated, closes }: LegacySettings): void {
  res.setHeader('Deprecation', `@${Math.floor(deprecated / 1000)}`);
  res.setHeader('Sunset', new Date(closes).toUTCString());
}

function defined<Value extends object>(options: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  const copy: { [Key in keyof Value]?: NonNullable<Value[Key]> } = {};
  for (const key in options) {
    const value = options[key];
    if (value !== undefined && value !== null) copy[key] = value;
  }
  return copy;
}
