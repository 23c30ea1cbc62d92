import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JwtHeader, JwtPayload, VerifyOptions } from 'jsonwebtoken';
import type { ShimEvent } from '../events.js';
import type { Place } from '../request/places.js';
import type { ErrorWords } from '../session/error-words.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { CutoverStore } from '../stores/store.js';
import type { Duration } from './durations.js';

/** What a session says about its user; add your own claims by declaration merging. */
export interface SessionClaims extends JwtPayload {
  iat: number;
  exp: number;
}

/** What the tokens of one key are for. */
export interface KeyPurpose {
  /**
   * The key of refresh tokens. One of them prolongs the session of its user that it comes with and leaves its
   * claims alone; without a session it opens one.
   */
  readonly refresh?: boolean;
  /**
   * `legacy.claims` for the tokens of this key: where a refresh token says less than a session should, look the
   * user up. `undefined` refuses. A promise that is rejected is answered with 503, unless by a TypeError.
   */
  readonly claims?: ClaimsOf;
  /**
   * The tokens of this key carry no claims but bare text, as `jwt.sign(user.id, key)` makes them: the claim that
   * the text becomes. Tokens that carry anything else are refused.
   */
  readonly textAs?: string;
}

/** The claims to keep, or `undefined` to refuse. The token itself is for looking it up where it is stored. */
export type ClaimsOf = (
  payload: JwtPayload,
  req: IncomingMessage,
  token: string,
) => object | undefined | null | Promise<object | undefined | null>;

/** A key as the application has it, with what it gave to `jwt.verify`. */
export interface KeyOptions extends KeyPurpose, Omit<VerifyOptions, 'algorithms' | 'complete'> {
  /** A secret, a PEM, a key object: what the second argument of `jwt.verify` was. Missing, it is refused at the start. */
  readonly key: string | Buffer | KeyObject | undefined;
  /** The algorithms that the application accepts with this key. */
  readonly algorithms: readonly string[];
  /** Only for tokens that name this key, or none. */
  readonly kid?: string;
}

/** Keys that another host publishes. */
export interface JwksOptions extends KeyPurpose, Omit<VerifyOptions, 'algorithms' | 'complete'> {
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
}

/** Finds the key for a token's header, or nothing. */
export type KeyFinder = (header: JwtHeader) => KeyOptions | undefined | Promise<KeyOptions | undefined>;

/** Refresh tokens that say nothing themselves: random text, which the application looks up where it keeps them. */
export interface OpaqueOptions extends Pick<KeyPurpose, 'refresh'> {
  readonly opaque: true;
  /**
   * Looks a token up: the claims of its login, or `undefined` to refuse. The payload is empty. What was taken back
   * is known here alone: `endAllSessions` ends sessions, and the rows are taken out beside it.
   */
  readonly claims: ClaimsOf;
  /** How long a session lasts that such a token opens or prolongs, as `startSession` takes it. */
  readonly expiresIn?: string | number;
}

export type KeySource = KeyOptions | JwksOptions | OpaqueOptions | KeyFinder;

export interface LegacyOptions {
  readonly keys: KeySource | readonly KeySource[];
  /** Where the application reads its tokens. Default: `Authorization: Bearer`. */
  readonly from?: readonly Place[];
  /** The claims to keep, or `undefined` to refuse: every test the application made after `verify`. */
  readonly claims?: ClaimsOf;
  /** The application's own deny list, token version or `passwordChangedAt`. */
  readonly isRevoked?: (
    payload: JwtPayload,
    token: string,
    req: IncomingMessage,
  ) => boolean | Promise<boolean>;
  /** While the application still checks JWTs: what it reads when a session comes without a token. */
  readonly present?: (claims: SessionClaims) => string;
  /** Tokens issued after this are refused: set it once nobody signs any more. */
  readonly mintedBefore?: string | Date;
  /** Seconds that clocks may differ. */
  readonly clockTolerance?: number;
  /** Longer tokens are refused unread. Default 8192. */
  readonly maxBytes?: number;
}

export interface CookieOptions {
  readonly path?: string;
  readonly domain?: string;
  readonly secure?: boolean | 'auto';
  readonly httpOnly?: boolean;
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none';
  readonly maxAge?: number;
  readonly partitioned?: boolean;
  readonly priority?: 'low' | 'medium' | 'high';
}

export interface SessionOptions {
  /** Signs the cookie; with several the first signs and all are accepted. Missing, it is refused at the start. */
  readonly secret: string | readonly string[] | undefined;
  /**
   * Where sessions are: a store of this package, or any other one of express-session's with a `ledger` beside it.
   * Default: `memoryStore()`.
   */
  readonly store?: CutoverStore | ExpressSessionStore;
  /** Where the ledger, the lists of a user's sessions and the counts are, when `store` is another one. */
  readonly ledger?: CutoverStore;
  /** The cookie's name. Default `session`. */
  readonly name?: string;
  readonly cookie?: CookieOptions;
  /** A session unused for so long ends. Default: no such limit. */
  readonly idle?: Duration;
  /** A session ends after so long, used or not. Default: what `expiresIn` or the token says, else 30 days. */
  readonly absolute?: Duration;
  /** express-session's own. */
  readonly genid?: (req: IncomingMessage) => string;
  readonly proxy?: boolean;
  readonly resave?: boolean;
  readonly rolling?: boolean;
  readonly saveUninitialized?: boolean;
  readonly unset?: 'destroy' | 'keep';
}

export interface CutoverOptions {
  readonly session: SessionOptions;
  /** Which user these claims are: needed with `legacy`. */
  readonly user?: (claims: JwtPayload) => string;
  /** What the application accepted before; `false` for a plain session layer. */
  readonly legacy: LegacyOptions | false;
  /** From when until when legacy tokens are accepted. */
  readonly window?: { readonly opens?: string | Date; readonly closes: string | Date };
  /** What a token is worth once its session has reached the client. Default `once`: nothing. */
  readonly reuse?: 'same-session' | 'once';
  /**
   * What the session's cookie goes with. Default `tokens`: the answer to any request whose token becomes a session.
   * `markers`: only answers that have the marker too, of a login and of the exchange, so that clients which know
   * nothing of sessions get none.
   */
  readonly cookieWith?: 'tokens' | 'markers';
  /** How long a spent token still leads to its session, for requests on the way. Default 10 s. */
  readonly grace?: Duration;
  /**
   * Whether clients that are no browsers and keep no cookies get, as their marker, a handle to the session that
   * they may send as `Authorization: Bearer`. Default false.
   */
  readonly bearer?: boolean;
  /** Other origins whose pages may use the session, as `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[];
  /**
   * The library in whose words `requireSession` says why there is no session: the one that the application checked
   * its tokens with. Default `jsonwebtoken`.
   */
  readonly errors?: ErrorWords;
  /** Where the shim's own endpoints are. Default `/session`. */
  readonly path?: string;
  readonly onEvent?: (event: ShimEvent) => void;
}
