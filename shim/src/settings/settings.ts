import type { JwtPayload } from 'jsonwebtoken';
import { type Keys, prepareKeys } from '../acceptance/keys.js';
import { type Opaque, prepareOpaque } from '../acceptance/opaque.js';
import { type Report, reporting } from '../events.js';
import { bearer, type Place } from '../request/places.js';
import { ERROR_WORDS, type ErrorWords } from '../session/error-words.js';
import {
  type ExpressSessionStore,
  isExpressSessionStore,
  nameOfStore,
} from '../stores/express-session-store.js';
import { memoryStore } from '../stores/memory.js';
import { type CutoverStore, isCutoverStore } from '../stores/store.js';
import { milliseconds } from './durations.js';
import { OptionError } from './option-error.js';
import type {
  ClaimsOf,
  CookieOptions,
  CutoverOptions,
  LegacyOptions,
  SessionClaims,
  SessionOptions,
} from './options.js';

/** The options, checked, with defaults filled in and times in milliseconds. */
export interface Settings {
  readonly session: SessionSettings;
  readonly legacy: LegacySettings | undefined;
  readonly user: (claims: JwtPayload) => string;
  readonly trustedOrigins: ReadonlySet<string>;
  readonly path: string;
  readonly bearer: boolean;
  readonly errors: ErrorWords;
  readonly report: Report;
}

export interface SessionSettings {
  readonly secrets: string[];
  /** Where everything but the sessions is; the sessions too, unless there is `otherStore`. */
  readonly store: CutoverStore;
  readonly otherStore: ExpressSessionStore | undefined;
  readonly name: string;
  readonly cookie: CookieOptions;
  readonly idle: number | undefined;
  readonly absolute: number | undefined;
  readonly express: Pick<
    SessionOptions,
    'genid' | 'proxy' | 'resave' | 'rolling' | 'saveUninitialized' | 'unset'
  >;
}

export interface LegacySettings {
  readonly keys: Keys;
  readonly opaque: Opaque;
  readonly from: readonly Place[];
  readonly claims: ClaimsOf;
  readonly isRevoked: LegacyOptions['isRevoked'];
  readonly present: ((claims: SessionClaims) => string) | undefined;
  /** Seconds since 1970, as `iat` counts. */
  readonly mintedBefore: number | undefined;
  readonly maxBytes: number;
  readonly opens: number;
  readonly closes: number;
  /** Since when tokens are on their way out, for clients to read. */
  readonly deprecated: number;
  readonly once: boolean;
  /** The cookie goes only where the marker goes. */
  readonly withholds: boolean;
  readonly grace: number;
}

/** Checks the options of `cutover`. Throws an OptionError that names the option and the way out. */
export function settingsOf(options: CutoverOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('options', 'is missing', 'cutover({ session: { secret }, user, legacy, window })');
  const legacy = options.legacy;
  if (legacy === undefined)
    throw new OptionError(
      'legacy',
      'is missing',
      'say which tokens the application accepted, or `legacy: false` for sessions alone',
    );
  return {
    session: sessionSettings(options.session),
    legacy: legacy === false ? undefined : legacySettings(options, legacy),
    user: userOf(options),
    trustedOrigins: new Set((options.trustedOrigins ?? []).map(origin)),
    path: pathOf(options.path ?? '/session'),
    bearer: options.bearer === true,
    errors: errorsOf(options.errors ?? 'jsonwebtoken'),
    report: reporting(options.onEvent),
  };
}

function sessionSettings(session: SessionOptions | undefined): SessionSettings {
  if (!session)
    throw new OptionError('session', 'is missing', 'session: { secret: process.env.SESSION_SECRET }');
  const secrets = (Array.isArray(session.secret) ? [...session.secret] : [session.secret]).map((secret) => {
    if (typeof secret === 'string' && secret !== '') return secret;
    throw new OptionError(
      'session.secret',
      `is ${secret === '' ? 'empty' : String(secret)}`,
      'set SESSION_SECRET to a long random text (node -p "crypto.randomBytes(32).toString(\'hex\')") and pass it here',
    );
  });
  if (secrets.length === 0)
    throw new OptionError('session.secret', 'is an empty list', 'give one or more secrets');
  const { genid, proxy, resave, rolling, saveUninitialized, unset } = session;
  const express = { genid, proxy, resave, rolling, saveUninitialized, unset };
  return {
    secrets,
    ...storesOf(session),
    name: session.name ?? 'session',
    cookie: cookieSettings(session.name ?? 'session', session.cookie ?? {}),
    idle: length('session.idle', session.idle),
    absolute: length('session.absolute', session.absolute),
    express: Object.fromEntries(Object.entries(express).filter(([, value]) => value !== undefined)),
  };
}

function storesOf({ store, ledger }: SessionOptions): Pick<SessionSettings, 'store' | 'otherStore'> {
  if (ledger !== undefined && !isCutoverStore(ledger))
    throw new OptionError('session.ledger', 'is no store of this package', 'use redisStore(url)');
  if (store === undefined || isCutoverStore(store)) {
    if (ledger !== undefined)
      throw new OptionError(
        'session.ledger',
        'is for a session.store of another package',
        'leave it out: redisStore, knexStore and memoryStore keep the ledger themselves',
      );
    return { store: store ?? memoryStore(), otherStore: undefined };
  }
  if (!isExpressSessionStore(store))
    throw new OptionError(
      'session.store',
      'is no store',
      'use redisStore(url), knexStore(config) or memoryStore()',
    );
  if (ledger === undefined)
    throw new OptionError(
      'session.ledger',
      'is missing',
      `a ${nameOfStore(store)} keeps sessions only; say where the exchange ledger is: redisStore(url) or knexStore(config)`,
    );
  return { store: ledger, otherStore: store };
}

/** A prefix that promises `Secure` must be able to keep it, or browsers drop the cookie without a word. */
function cookieSettings(name: string, cookie: CookieOptions): CookieOptions {
  const whole: CookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto', ...cookie };
  if (/^__(?:Host|Secure)-/.test(name) && whole.secure !== true)
    throw new OptionError('session.name', `"${name}" needs Secure always`, 'set session.cookie.secure: true');
  if (name.startsWith('__Host-') && (whole.path !== '/' || whole.domain !== undefined))
    throw new OptionError(
      'session.name',
      `"${name}" allows no domain and only path "/"`,
      'choose "__Secure-…"',
    );
  if (whole.sameSite === 'none' && whole.secure === false)
    throw new OptionError(
      'session.cookie.sameSite',
      '"none" needs Secure',
      'set session.cookie.secure: true',
    );
  return whole;
}

function legacySettings(options: CutoverOptions, legacy: LegacyOptions): LegacySettings {
  const { window, reuse = 'once', cookieWith = 'tokens' } = options;
  if (!window) throw new OptionError('window', 'is missing', "window: { closes: '2027-02-01' }");
  // Not now: a clock that is set back after the start must not turn everybody away.
  const opens = window.opens === undefined ? 0 : instant('window.opens', window.opens);
  const closes = instant('window.closes', window.closes);
  if (opens >= closes)
    throw new OptionError('window.closes', 'is not after window.opens', 'give a later time');
  if (reuse !== 'once' && reuse !== 'same-session')
    throw new OptionError('reuse', `is ${JSON.stringify(reuse)}`, "'once' or 'same-session'");
  if (cookieWith !== 'tokens' && cookieWith !== 'markers')
    throw new OptionError('cookieWith', `is ${JSON.stringify(cookieWith)}`, "'tokens' or 'markers'");
  const { maxBytes = 8192, from = [bearer()] } = legacy;
  if (from.length === 0)
    throw new OptionError('legacy.from', 'is an empty list', 'say where tokens are read: [bearer()]');
  if (!Number.isInteger(maxBytes) || maxBytes < 1)
    throw new OptionError('legacy.maxBytes', 'is no whole number above 0', 'leave it out for 8192');
  return {
    keys: prepareKeys(legacy.keys, legacy.clockTolerance),
    opaque: prepareOpaque(legacy.keys),
    from,
    claims: legacy.claims ?? ((payload) => payload),
    isRevoked: legacy.isRevoked,
    present: legacy.present,
    mintedBefore:
      legacy.mintedBefore === undefined
        ? undefined
        : Math.floor(instant('legacy.mintedBefore', legacy.mintedBefore) / 1000),
    maxBytes,
    opens,
    closes,
    deprecated: opens === 0 ? Date.now() : opens,
    once: reuse === 'once',
    withholds: cookieWith === 'markers',
    grace: length('grace', options.grace) ?? 10_000,
  };
}

/** The user's id as text; `''` where the claims name none, so that nobody becomes the user "undefined". */
function userOf({ user, legacy }: CutoverOptions): (claims: JwtPayload) => string {
  if (!user) {
    if (legacy)
      throw new OptionError(
        'user',
        'is missing',
        'say whose claims these are: (claims) => String(claims.id)',
      );
    return () => '';
  }
  if (typeof user !== 'function')
    throw new OptionError('user', 'is no function', '(claims) => String(claims.id)');
  return (claims) => {
    const id = user(claims);
    const text = id === undefined || id === null ? '' : String(id);
    return ['undefined', 'null', 'NaN', '[object Object]'].includes(text) ? '' : text;
  };
}

function errorsOf(errors: ErrorWords): ErrorWords {
  if (ERROR_WORDS.includes(errors)) return errors;
  throw new OptionError('errors', `is ${JSON.stringify(errors)}`, `choose of ${ERROR_WORDS.join(', ')}`);
}

function length(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = milliseconds(value);
  if (ms === undefined)
    throw new OptionError(option, `is ${JSON.stringify(value)}`, "give '30m', '7d' or milliseconds");
  return ms;
}

function instant(option: string, value: string | Date): number {
  const time = new Date(value).getTime();
  if (Number.isNaN(time))
    throw new OptionError(
      option,
      `is ${JSON.stringify(value)}`,
      "give a Date or a time as '2027-02-01T00:00:00Z'",
    );
  return time;
}

/** An origin as browsers send it; `*`, paths and wildcards would trust more than they seem to. */
function origin(value: string): string {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed && parsed.origin !== 'null' && parsed.origin === value.replace(/\/$/, '').toLowerCase())
    return parsed.origin;
  throw new OptionError(
    'trustedOrigins',
    `has ${JSON.stringify(value)}, which is no origin`,
    "give scheme, host and port alone, as 'https://app.example.com'",
  );
}

function pathOf(path: string): string {
  if (/^\/[^?#\s]*[^/?#\s]$/.test(path)) return path;
  throw new OptionError('path', `is ${JSON.stringify(path)}`, "give a path as '/session' or '/api/session'");
}
