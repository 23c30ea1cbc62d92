import type { IncomingMessage } from 'node:http';
import { type OpenedSocket, openedSocket } from '../request/opened-sockets.js';
import { COOKIE_CAN_NOT_BE_SET, cookieCanBeSet } from '../request/secure.js';
import { type Visit, visitOf } from '../request/visit.js';
import { expiresInSeconds } from '../settings/durations.js';
import { sessionClaims } from './claims.js';
import { handleOf, wantsHandle } from './handle.js';
import {
  applicationData,
  type Login,
  prolonged,
  recordLogin,
  sameClaims,
  seconds,
  storable,
} from './login.js';
import { emptyMarker, markerOf } from './marker.js';
import { loginOf } from './sessions.js';

/** What `jwt.sign` takes as options, as far as it means something for a session. */
export interface StartOptions {
  readonly expiresIn?: string | number | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | readonly string[] | undefined;
  readonly jwtid?: string | undefined;
  // What else jsonwebtoken takes says nothing about a session.
  readonly algorithm?: unknown;
  readonly keyid?: unknown;
  readonly notBefore?: unknown;
  readonly noTimestamp?: unknown;
  readonly header?: unknown;
  readonly encoding?: unknown;
  readonly mutatePayload?: unknown;
  readonly allowInsecureKeySizes?: unknown;
  readonly allowInvalidAsymmetricKeyTypes?: unknown;
}

const THIRTY_DAYS = 30 * 24 * 60 * 60;

/**
 * Logs a user in: a session with a new id, stored before the head of the response leaves. What the application
 * keeps in the session goes with it, unless it was another user's. The same claims again prolong the session that
 * is there.
 * @param claims what `jwt.sign` was given
 * @param options `expiresIn` as jsonwebtoken reads it; without it the session lasts as long as
 *   `session.absolute`, or 30 days
 * @param callback takes the marker or what went wrong, as `jwt.sign` calls its own; then nothing is returned
 * @returns the marker, for the place in the response where the token was
 * @throws when the head is sent already, or the claims can't be stored
 */
export function startSession(req: IncomingMessage, claims: object, options?: StartOptions): string;
/** The same for code that hands `jwt.sign` a callback, which is called as that does. */
export function startSession(req: IncomingMessage, claims: object, callback: Signed): void;
export function startSession(
  req: IncomingMessage,
  claims: object,
  options: StartOptions,
  callback: Signed,
): void;
export function startSession(
  req: IncomingMessage,
  claims: object,
  second: StartOptions | Signed = {},
  third?: Signed,
): string | undefined {
  const [options, callback] = typeof second === 'function' ? [{}, second] : [second, third];
  if (!callback) return started(req, claims, options);
  // As `jwt.sign` does: what goes wrong goes to the callback, and nothing is called before the call has returned.
  let marker: string | undefined;
  let failure: unknown;
  try {
    marker = started(req, claims, options);
  } catch (error) {
    failure = error;
  }
  process.nextTick(() => (marker === undefined ? callback(toError(failure)) : callback(null, marker)));
  return undefined;
}

/** What `jwt.sign` calls when it is done. */
type Signed = (error: Error | null, marker?: string) => unknown;

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function started(req: IncomingMessage, claims: object, options: StartOptions): string {
  const visit = visitOf(req, 'startSession');
  const login = loginFrom(visit, claims, options);
  if (visit.res.headersSent)
    throw new Error(
      'startSession: the head of the response is sent already, so the cookie can not reach the client',
    );
  if (!visit.req.session && !visit.req.sessionStore)
    throw new Error('startSession: this path is outside of session.cookie.path');
  if (!cookieCanBeSet(visit.req, visit.shop.settings.session))
    throw new Error(`startSession: ${COOKIE_CAN_NOT_BE_SET}`);
  visit.withheld = false;
  const before = visit.req.session ? loginOf(visit.req.session) : undefined;
  visit.trace = 'left';
  visit.over = false;
  if (before && sameClaims(before, login)) {
    const same = {
      ...before,
      ...login,
      limit: before.limit ?? login.limit,
      exp: prolonged(before, login.exp),
    };
    recordLogin(visit.req.session, same);
    return markerFor(visit, same);
  }
  if (visit.req.session && visit.shop.express.isStored(visit.req.session))
    visit.replaced.push({ id: visit.req.session.id, user: before?.user });
  // What a guest put into the basket is the user's after the login; another user's is not.
  const kept =
    before && (before.user === '' || before.user !== login.user) ? {} : applicationData(visit.req.session);
  visit.shop.express.generate(visit.req);
  Object.assign(visit.req.session, kept);
  recordLogin(visit.req.session, login);
  visit.clearCookie = false;
  visit.gone = false;
  return markerFor(visit, login);
}

/**
 * The marker of the session that serves the request: for the other tokens of a login, such as a refresh token.
 */
export function sessionMarker(req: IncomingMessage): string {
  const visit = visitOf(req, 'sessionMarker');
  const login = visit.req.session ? loginOf(visit.req.session) : undefined;
  // It opens nothing without the cookie.
  visit.withheld = false;
  return login ? markerFor(visit, login) : emptyMarker();
}

/**
 * Whether the request came with a session, or with a credential that is no longer good (then `requireSession`
 * says why): what code asks that answers "nothing came" in another way than "what came is refused".
 * @param options.refresh a refresh token that is no longer good counts too, and a session that this request ended
 */
export function sessionPresented(req: IncomingMessage, { refresh = false } = {}): boolean {
  if (bridgedAuthorization(req) !== undefined) return true;
  return refresh && openedSocket(req) === undefined && visitOf(req, 'sessionPresented').renewing;
}

/** Whether nothing came but the trace of a session that is over: a guest, where guests are let in. */
export function onlyTraceCame(req: IncomingMessage): boolean {
  return openedSocket(req) === undefined && visitOf(req, 'sessionGuard').over;
}

/**
 * Whether the request came with a session that is open, or that was until this request ended it: what code asks
 * that looked a token up in what it kept.
 */
export function sessionFound(req: IncomingMessage): boolean {
  return sessionClaims(req) !== undefined || visitOf(req, 'sessionFound').ended;
}

/**
 * Whether what came with the request was good once and is no longer: logged out, or taken back. What code asks in
 * front of `requireSession` that told a token which nobody kept any more from one that is forged or has expired.
 */
export function sessionTakenBack(req: IncomingMessage): boolean {
  return visitOf(req, 'sessionTakenBack').takenBack && sessionClaims(req) === undefined;
}

/**
 * What stands for the `Authorization` header where code goes on reading it: there when there is a session, or
 * when a credential came that is no longer good (then `requireSession` says why), else `undefined`.
 */
export function bridgedAuthorization(req: IncomingMessage): string | undefined {
  const socket = openedSocket(req);
  if (socket) return socket.login || socket.presented ? `Bearer ${markerOfSocket(socket)}` : undefined;
  const visit = visitOf(req, 'bridgedAuthorization');
  const login = visit.req.session ? loginOf(visit.req.session) : undefined;
  const wrap = visit.shop.settings.legacy?.from[0]?.wrap ?? ((token: string) => `Bearer ${token}`);
  if (login) return wrap(markerFor(visit, login));
  // A cookie whose session is over is no token that the client could drop: only its trace counts, once.
  return visit.presented ? wrap(emptyMarker()) : undefined;
}

/** The marker of whoever opened a socket; one of no session where nobody did, or by a token that has none yet. */
export function markerOfSocket({ login, sessionId }: OpenedSocket): string {
  return login && sessionId !== undefined ? markerOf(sessionId, login) : emptyMarker();
}

/** The marker; for a client without cookies, the handle that takes the cookie's place. */
function markerFor({ req, shop, byHandle }: Visit, login: Login): string {
  const { bearer, session } = shop.settings;
  if (bearer && (byHandle || wantsHandle(req))) return handleOf(req.session.id, session.secrets);
  return markerOf(req.session.id, login);
}

function loginFrom({ req, shop }: Visit, claims: object, options: StartOptions): Login {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw new TypeError(
      `startSession: the claims must be an object, as { id: user.id }, not ${typeof claims}`,
    );
  const { iat, exp }: { iat?: unknown; exp?: unknown } = claims;
  const registered = {
    ...(options.subject === undefined ? {} : { sub: options.subject }),
    ...(options.issuer === undefined ? {} : { iss: options.issuer }),
    ...(options.audience === undefined ? {} : { aud: options.audience }),
    ...(options.jwtid === undefined ? {} : { jti: options.jwtid }),
  };
  // What JSON keeps of them first: a document of a database says by `toJSON` what it is.
  const kept = storable({ ...storable(claims), ...registered });
  const started = typeof iat === 'number' ? Math.floor(iat) : seconds();
  const { absolute } = shop.settings.session;
  const limit = absolute === undefined ? undefined : seconds() + Math.floor(absolute / 1000);
  const length = options.expiresIn === undefined ? undefined : expiresInSeconds(options.expiresIn);
  if (options.expiresIn !== undefined && length === undefined)
    throw new TypeError(
      `startSession: expiresIn is ${JSON.stringify(options.expiresIn)}; give seconds, or text as '7d'`,
    );
  const asked = length === undefined ? exp : started + length;
  const ends = typeof asked === 'number' ? asked : (limit ?? seconds() + THIRTY_DAYS);
  const agent = req.headers['user-agent']?.slice(0, 200);
  return {
    user: shop.settings.user(kept),
    claims: kept,
    iat: started,
    exp: Math.floor(limit === undefined ? ends : Math.min(ends, limit)),
    ...(limit === undefined ? {} : { limit }),
    ...(agent === undefined ? {} : { agent }),
  };
}
