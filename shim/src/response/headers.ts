import type { ServerResponse } from 'node:http';
import { serialize } from 'cookie';
import { readCookie } from '../request/cookies.js';
import type { Visit } from '../request/visit.js';
import { applicationData } from '../session/login.js';
import { takesTrace, traceLeft, traceName } from '../session/trace.js';
import type { LegacySettings } from '../settings/settings.js';

/**
 * The last word on the session's cookie: it is set only for a session that is stored, and taken back when the
 * session was logged out; and on its trace, which outlives it and goes once the client was told. Runs as the head
 * is written, after express-session has added its own.
 */
export function fixCookies(visit: Visit): void {
  const { req, res, shop, gone, clearCookie } = visit;
  const cookieless = visit.cookieless || isWithheld(visit);
  const { name, cookie } = shop.settings.session;
  const given = res.getHeader('Set-Cookie');
  const all = given === undefined ? [] : Array.isArray(given) ? given : [String(given)];
  const stored = req.session ? shop.express.isStored(req.session) && !gone : false;
  const ours = (line: string) => line.startsWith(`${name}=`);
  const kept = stored && !cookieless ? all : all.filter((line) => !ours(line));
  if (!visit.cookieless) {
    const { secure, sameSite, path, domain, partitioned } = cookie;
    const line = (named: string, value: string, life: { maxAge: number } | { expires: Date }) =>
      serialize(named, value, {
        ...defined({ path, domain, partitioned, sameSite }),
        ...life,
        httpOnly: true,
        secure: secure === 'auto' ? req.secure : secure === true,
      });
    const over = { expires: new Date(0) };
    const trace = traceName(name);
    const maxAge = stored && !cookieless ? traceLeft(visit) : undefined;
    if (clearCookie && !kept.some(ours)) kept.push(line(name, '', over));
    if (maxAge !== undefined) kept.push(line(trace, '1', { maxAge }));
    else if (takesTrace(visit) && readCookie(req, trace)) kept.push(line(trace, '', over));
  }
  if (kept.length > 0) res.setHeader('Set-Cookie', kept);
  else if (given !== undefined) res.removeHeader('Set-Cookie');
}

/** What the application keeps in the session it finds again only by the cookie. */
function isWithheld({ withheld, req }: Visit): boolean {
  return withheld && Object.keys(applicationData(req.session)).length === 0;
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
