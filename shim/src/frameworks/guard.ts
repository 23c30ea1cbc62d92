import type { IncomingMessage, ServerResponse } from 'node:http';
import { unless } from 'express-unless';
import { requireSession } from '../session/claims.js';
import { SessionExpiredError, SessionRequiredError } from '../session/errors.js';
import { onlyTraceCame, sessionPresented } from '../session/start.js';
import type { SessionClaims } from '../settings/options.js';

export interface GuardOptions {
  /** Whether a guest is turned away. Default true. */
  readonly required?: boolean;
  /** Where the claims go. Default `auth`. */
  readonly requestProperty?: string;
  /** The application's own word on whether a login still counts, in either form that express-jwt took. */
  readonly isRevoked?: IsRevoked;
  /** What to do instead of failing when the session is over; called with the error. */
  readonly onExpired?: (req: IncomingMessage, error: GuardError) => void | Promise<void>;
}

type Next = (error?: unknown) => void;

type Claims = SessionClaims & Record<string, unknown>;

/**
 * As express-jwt calls it from version 7 on, with a token; before, with the claims and a callback for the answer.
 * Written as a method, whose parameters TypeScript takes as narrow as the application has them.
 */
export type IsRevoked = {
  ask(
    req: IncomingMessage,
    token: RevocableToken & Claims,
    done: (error: unknown, revoked?: boolean) => void,
  ): unknown;
}['ask'];

/** What stands for the decoded token that express-jwt hands out. */
export interface RevocableToken {
  readonly header: { readonly alg: string };
  readonly payload: Claims;
  readonly signature: string;
}

/** A middleware that passes requests with a session on, and can be told which paths it leaves alone. */
export interface Guard {
  (req: IncomingMessage, res: ServerResponse, next: Next): Promise<void>;
  unless: typeof unless;
}

/** As express-jwt's UnauthorizedError, which error handlers recognise by its name. */
export class GuardError extends Error {
  override readonly name = 'UnauthorizedError';
  readonly status = 401;
  readonly inner: { readonly message: string };

  constructor(
    readonly code: 'credentials_required' | 'invalid_token' | 'revoked_token',
    inner: { readonly message: string },
  ) {
    super(inner.message);
    this.inner = inner;
  }
}

/**
 * Lets in whom express-jwt let in: the claims are at `req.auth`, errors go to `next`.
 * @see https://github.com/auth0/express-jwt#usage
 */
export function sessionGuard(options: GuardOptions = {}): Guard {
  const { required = true, requestProperty = 'auth', isRevoked, onExpired } = options;
  const guard = async (req: IncomingMessage, _res: ServerResponse, next: Next): Promise<void> => {
    if (isPreflight(req)) return next();
    if (!sessionPresented(req) || (!required && onlyTraceCame(req))) {
      if (!required) return next();
      return next(new GuardError('credentials_required', { message: 'No authorization token was found' }));
    }
    try {
      const claims: SessionClaims = requireSession(req);
      if (isRevoked && (await revoked(isRevoked, req, claims)))
        return next(new GuardError('revoked_token', { message: 'The token has been revoked.' }));
      Object.assign(req, { [requestProperty]: claims });
    } catch (error) {
      if (!(error instanceof SessionRequiredError)) return next(error);
      const refused = new GuardError(
        'invalid_token',
        error instanceof Error ? error : { message: String(error) },
      );
      if (!(error instanceof SessionExpiredError) || !onExpired) return next(refused);
      try {
        await onExpired(req, refused);
      } catch (thrown) {
        return next(thrown);
      }
    }
    next();
  };
  return Object.assign(guard, { unless });
}

/** Asks the application in the form that its function takes: with a callback, or for a promise. */
function revoked(isRevoked: IsRevoked, req: IncomingMessage, { ...claims }: SessionClaims): Promise<boolean> {
  const token = { ...claims, header: { alg: 'none' }, payload: claims, signature: '' };
  return new Promise((resolve, reject) => {
    const done = (error: unknown, answer?: boolean) => (error ? reject(error) : resolve(answer === true));
    const withCallback = isRevoked.length > 2;
    const answer = isRevoked(req, token, done);
    // An async function may fail before it calls back.
    Promise.resolve(answer).then((given) => withCallback || resolve(Boolean(given)), reject);
  });
}

/** A preflight that asks whether it may send a token has none itself. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  const asked = headers['access-control-request-headers'] ?? '';
  return method === 'OPTIONS' && /(?:^|[\s,])authorization(?:$|[\s,])/i.test(asked);
}
