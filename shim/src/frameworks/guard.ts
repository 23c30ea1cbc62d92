import type { IncomingMessage, ServerResponse } from 'node:http';
import { unless } from 'express-unless';
import { requireSession } from '../session/claims.js';
import { SessionExpiredError } from '../session/errors.js';
import { sessionPresented } from '../session/start.js';
import type { SessionClaims } from '../settings/options.js';

export interface GuardOptions {
  /** Whether a guest is turned away. Default true. */
  readonly required?: boolean;
  /** Where the claims go. Default `auth`. */
  readonly requestProperty?: string;
  /** What to do instead of failing when the session is over; called with the error. */
  readonly onExpired?: (req: IncomingMessage, error: GuardError) => void | Promise<void>;
}

type Next = (error?: unknown) => void;

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
    readonly code: 'credentials_required' | 'invalid_token',
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
  const { required = true, requestProperty = 'auth', onExpired } = options;
  const guard = async (req: IncomingMessage, _res: ServerResponse, next: Next): Promise<void> => {
    if (isPreflight(req)) return next();
    if (!sessionPresented(req)) {
      if (!required) return next();
      return next(new GuardError('credentials_required', { message: 'No authorization token was found' }));
    }
    try {
      const claims: SessionClaims = requireSession(req);
      Object.assign(req, { [requestProperty]: claims });
      next();
    } catch (error) {
      const refused = new GuardError(
        'invalid_token',
        error instanceof Error ? error : { message: String(error) },
      );
      if (!(error instanceof SessionExpiredError) || !onExpired) return next(refused);
      try {
        await onExpired(req, refused);
        next();
      } catch (thrown) {
        next(thrown);
      }
    }
  };
  return Object.assign(guard, { unless });
}

/** A preflight that asks whether it may send a token has none itself. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  const asked = headers['access-control-request-headers'] ?? '';
  return method === 'OPTIONS' && /(?:^|[\s,])authorization(?:$|[\s,])/i.test(asked);
}
