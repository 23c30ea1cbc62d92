import type { IncomingMessage } from 'node:http';
import { cookiesNamed, placeCookie, readCookie, removeCookie } from './cookies.js';
import { given, placeHeader, removeHeader } from './headers.js';

/** A place where the application reads its token from a request. */
export interface Place {
  /** How a token gets there: by a script that sets a header, by the browser alone, or by any page or link. */
  readonly carrier: 'header' | 'cookie' | 'link';
  readonly name: string;
  read(req: IncomingMessage): string | undefined;
  /** All of them, where there may be several beside the one that the application reads. */
  readAll?(req: IncomingMessage): readonly string[];
  remove(req: IncomingMessage): void;
  /** Takes off what holds a token and can't be read as one: several headers, a list. */
  sweep(req: IncomingMessage): void;
  place(req: IncomingMessage, token: string): void;
  /** The same for code alone that asks for it by its name: whoever looks through all there is finds nothing. */
  hint?(req: IncomingMessage, token: string): void;
  /** What the application finds at this place when it reads it. */
  wrap(token: string): string;
}

interface WithQuery {
  query?: unknown;
  originalUrl?: string;
}

interface WithBody {
  body?: unknown;
}

/** `Authorization: Bearer <token>`, or another scheme: `bearer('Token')`. */
export function bearer(scheme = 'Bearer'): Place {
  return {
    carrier: 'header',
    name: 'authorization',
    read(req) {
      const [given, token, ...rest] = (req.headers.authorization ?? '').trim().split(/ +/);
      const same = given?.toLowerCase() === scheme.toLowerCase();
      return same && token && rest.length === 0 ? token : undefined;
    },
    // Code that splits at the space takes a token under any scheme; other credentials (Basic) stay.
    remove(req) {
      const parts = (req.headers.authorization ?? '').split(/[\s,]+/);
      const named = parts[0]?.toLowerCase() === scheme.toLowerCase();
      if (named || parts.some(looksLikeToken) || given(req, 'authorization') > 1)
        removeHeader(req, 'authorization');
    },
    sweep(req) {
      this.remove(req);
    },
    place: (req, token) => placeHeader(req, 'Authorization', `${scheme} ${token}`),
    wrap: (token) => `${scheme} ${token}`,
  };
}

/** A header whose whole value is the token; `Bearer` before it is allowed. */
export function header(name: string): Place {
  const key = name.toLowerCase();
  const remove = (req: IncomingMessage) => removeHeader(req, key);
  return {
    carrier: 'header',
    name: key,
    read(req) {
      const value = req.headers[key];
      const token = typeof value === 'string' ? value.trim().replace(/^Bearer +/i, '') : '';
      return token === '' ? undefined : token;
    },
    remove,
    sweep: remove,
    place: (req, token) => placeHeader(req, name, token),
    wrap: bare,
  };
}

/** A cookie, signed by cookie-parser or not. What can't be read as a token is none of ours: nothing to sweep. */
export function cookie(name: string): Place {
  return {
    carrier: 'cookie',
    name,
    read: (req) => readCookie(req, name),
    readAll(req) {
      const first = readCookie(req, name);
      return first === undefined ? [] : [...new Set([first, ...cookiesNamed(req, name)])].slice(0, 4);
    },
    remove: (req) => removeCookie(req, name),
    sweep: () => {},
    place: (req, token) => placeCookie(req, name, token),
    wrap: bare,
  };
}

/** A parameter of the URL. */
export function query(name: string): Place {
  return {
    carrier: 'link',
    name,
    read(req) {
      const values = parameters(req).getAll(name);
      return values.length === 1 && values[0] ? values[0] : undefined;
    },
    remove: (req) => rewriteQuery(req, name, undefined),
    sweep(req) {
      const given = [...parameters(req)];
      if (given.some(([key, value]) => namesParameter(key, name) && looksLikeToken(value)))
        rewriteQuery(req, name, undefined);
    },
    place: (req, token) => rewriteQuery(req, name, token),
    hint: (req, token) => hintQuery(req, name, token),
    wrap: bare,
  };
}

/** A field of the parsed body. */
export function body(name: string): Place {
  return {
    carrier: 'link',
    name,
    read(req: IncomingMessage & WithBody) {
      const value = fields(req.body)?.[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    remove(req: IncomingMessage & WithBody) {
      const parsed = fields(req.body);
      if (parsed) delete parsed[name];
    },
    sweep(req: IncomingMessage & WithBody) {
      const value = fields(req.body)?.[name];
      if (Array.isArray(value) && value.some(looksLikeToken)) this.remove(req);
    },
    place(req: IncomingMessage & WithBody, token) {
      const parsed = fields(req.body);
      if (parsed) parsed[name] = token;
      else if (req.body === undefined) req.body = { [name]: token };
    },
    wrap: bare,
  };
}

const bare = (token: string): string => token;

/** Three base64url parts; the last is empty in an unsigned token. */
function looksLikeToken(text: unknown): boolean {
  return typeof text === 'string' && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

/** Express 4 has parsed the query once, Express 5 parses the URL whenever it is asked. */
function rewriteQuery(req: IncomingMessage & WithQuery, name: string, token: string | undefined): void {
  const change = (url: string) => {
    const [path = '/', search = ''] = url.split(/\?(.*)/s);
    const kept = search.split('&').filter((pair) => pair !== '' && !namesParameter(nameOf(pair), name));
    if (token !== undefined) kept.push(`${encodeURIComponent(name)}=${encodeURIComponent(token)}`);
    return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
  };
  if (req.url !== undefined) req.url = change(req.url);
  if (req.originalUrl !== undefined) req.originalUrl = change(req.originalUrl);
  const parsed = Object.hasOwn(req, 'query') ? fields(req.query) : undefined;
  if (!parsed) return;
  if (token === undefined) delete parsed[name];
  else parsed[name] = token;
}

/** Express 4 has parsed the query once; in Express 5 whatever parses it is asked, and answered for this request. */
function hintQuery(req: IncomingMessage & WithQuery, name: string, token: string): void {
  const hinted = (query: unknown): unknown => {
    const parsed = fields(query);
    if (parsed && !Object.hasOwn(parsed, name))
      Object.defineProperty(parsed, name, { value: token, configurable: true, writable: true });
    return query;
  };
  if (Object.hasOwn(req, 'query')) {
    hinted(req.query);
    return;
  }
  if (req.query === undefined) return;
  const made: unknown = Object.getPrototypeOf(req);
  if (!isRecord(made)) return;
  Object.defineProperty(req, 'query', {
    get: () => hinted(Reflect.get(made, 'query', req)),
    set: (value: unknown) =>
      Object.defineProperty(req, 'query', { value, configurable: true, writable: true }),
    configurable: true,
    enumerable: true,
  });
}

function parameters(req: IncomingMessage): URLSearchParams {
  return new URLSearchParams(req.url?.split(/\?(.*)/s)[1] ?? '');
}

/** `token`, and `token[]` or `token[0]`, which Express 4 reads as a list under the same name. */
function namesParameter(given: string, name: string): boolean {
  return given === name || given.startsWith(`${name}[`);
}

function nameOf(pair: string): string {
  const raw = pair.split('=', 1)[0]?.replaceAll('+', ' ') ?? '';
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** What a value has by names, where it is an object and no list. */
export function fields(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
