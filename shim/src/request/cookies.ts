import type { IncomingMessage } from 'node:http';
import { parse } from 'cookie';
import { unsign } from 'cookie-signature';
import { placeHeader, removeHeader } from './headers.js';

/** What cookie-parser leaves on a request, when it runs before us. */
interface ParsedCookies {
  cookies?: Record<string, unknown>;
  signedCookies?: Record<string, unknown>;
}

/** A cookie's value as the application would read it, signed ones included when cookie-parser has run. */
export function readCookie(req: IncomingMessage & ParsedCookies, name: string): string | undefined {
  const header = req.headers.cookie === undefined ? undefined : parse(req.headers.cookie)[name];
  const value = own(req.signedCookies, name) || own(req.cookies, name) || header;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** All values of a cookie, each once, first as the browser sent them: another host of the domain may have set one. */
export function cookiesNamed(req: IncomingMessage, name: string): readonly string[] {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.flatMap((pair) => parse(pair)[name] ?? []);
  return [...new Set(values.filter((value) => value !== ''))];
}

/** Whether a value is the one that those find who look for one cookie of a name. */
export function isFirstCookie(req: IncomingMessage, name: string, value: string): boolean {
  return parse(req.headers.cookie ?? '')[name] === value;
}

/** A cookie that express-session signed with one of the secrets. */
export interface SignedCookie {
  readonly id: string;
  readonly value: string;
}

/** How many cookies of one name are looked at. */
const MOST = 4;

export function signedCookies(
  req: IncomingMessage,
  name: string,
  secrets: readonly string[],
): readonly SignedCookie[] {
  return cookiesNamed(req, name)
    .slice(0, MOST)
    .flatMap((value) => {
      const id = idIn(value, secrets);
      return id === undefined ? [] : [{ id, value }];
    });
}

function idIn(value: string, secrets: readonly string[]): string | undefined {
  if (!value.startsWith('s:')) return undefined;
  for (const secret of secrets) {
    const id = unsign(value.slice(2), secret);
    if (id !== false) return id;
  }
  return undefined;
}

/** Takes a cookie off the request, wherever the application may look for it. */
export function removeCookie(req: IncomingMessage & ParsedCookies, name: string): void {
  if (req.headers.cookie !== undefined) {
    const left = without(req.headers.cookie, name);
    if (left === '') removeHeader(req, 'cookie');
    else placeHeader(req, 'Cookie', left);
  }
  if (req.cookies) delete req.cookies[name];
  if (req.signedCookies) delete req.signedCookies[name];
}

/** Puts a cookie on the request, in the place of one of the same name. */
export function placeCookie(req: IncomingMessage & ParsedCookies, name: string, value: string): void {
  removeCookie(req, name);
  const pair = `${name}=${encodeURIComponent(value)}`;
  placeHeader(req, 'Cookie', req.headers.cookie === undefined ? pair : `${req.headers.cookie}; ${pair}`);
  if (req.cookies) req.cookies[name] = value;
  if (req.signedCookies) req.signedCookies[name] = value;
}

function without(header: string, name: string): string {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && pair.split('=', 1)[0]?.trim() !== name)
    .join('; ');
}

function own(cookies: Record<string, unknown> | undefined, name: string): unknown {
  return cookies && Object.hasOwn(cookies, name) ? cookies[name] : undefined;
}
