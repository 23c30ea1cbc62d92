import type { SessionData } from 'express-session';
import type { SessionClaims } from '../settings/options.js';

/** What a session records about its user. */
export interface Login {
  readonly user: string;
  /** Without `iat` and `exp`, which are below. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the user logged in, and when the session ends whatever happens: seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  readonly agent?: string | undefined;
  /** The legacy token that this session has taken the place of; `spent` once the ledger knows. */
  readonly token?:
    | { readonly hash: string; readonly ends: number | undefined; readonly spent?: boolean }
    | undefined;
  /** The refresh token that has prolonged this session. */
  readonly refresh?: Login['token'];
  /** Where `session.absolute` ends it, however it is prolonged: seconds since 1970. */
  readonly limit?: number | undefined;
  /** Hashes of older tokens of the user that were seen beside the session and are spent with it. */
  readonly older?: readonly string[] | undefined;
}

/** The key under which a session holds its login. */
export const LOGIN = 'sessionLogin';

declare module 'express-session' {
  interface SessionData {
    sessionLogin?: Login;
  }
}

/** What the application itself keeps in a session: a basket, the way to another login provider. */
export function applicationData(session: object | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(session ?? {}).filter(([key]) => key !== LOGIN && key !== 'cookie'),
  );
}

/** Puts a login into a session, whose cookie ends with it. */
export function recordLogin(session: SessionData, login: Login): void {
  session.sessionLogin = login;
  session.cookie.maxAge = Math.max(0, login.exp * 1000 - Date.now());
}

/** The end of a login that is prolonged until a time: no later than its limit, and never sooner than it was. */
export function prolonged({ exp, limit }: Login, until: number): number {
  return Math.max(exp, Math.floor(limit === undefined ? until : Math.min(until, limit)));
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The claims as the application knows them. A copy: what it does with them does not change the session. */
export function claimsOf({ claims, iat, exp }: Login): SessionClaims {
  // By JSON, which they came through already: the test environments of older Jest have no structuredClone.
  return { ...storable(claims), iat, exp };
}

/** A copy that can be stored: what JSON keeps of it. Throws where JSON can't, as on a circular reference. */
export function storable(claims: object): Record<string, unknown> {
  const text = JSON.stringify(claims);
  // `__proto__` as a name is harmless here and a trap in any code that merges the claims into an object.
  const copy: unknown = JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy))
    throw new TypeError('startSession: the claims must be an object, as { id: user.id }');
  return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== 'iat' && name !== 'exp'));
}

/** Whether two logins say the same of the same user; when a token was made, and its name, don't count. */
export function sameClaims(one: Login, other: Login): boolean {
  const told = ({ claims: { jti, ...rest } }: Login) =>
    JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  return one.user === other.user && told(one) === told(other);
}
