import { createRequire } from 'node:module';
import * as jsonwebtoken from 'jsonwebtoken';

/** jsonwebtoken as the application loads it, so that `instanceof` in its error handlers goes on working. */
const { JsonWebTokenError, TokenExpiredError } = applications() ?? jsonwebtoken;

const isOurs = Symbol.for('@jwt-to-session/shim:SessionRequiredError');

/**
 * There is no session. Named and worded as jsonwebtoken's errors are, so that code which tells them apart, and
 * clients that were told, go on as before.
 */
export class SessionRequiredError extends JsonWebTokenError {
  readonly code: string = 'ERR_SESSION_REQUIRED';
  readonly status = 401;
  readonly statusCode = 401;
  readonly [isOurs] = true;

  constructor(message = 'invalid token') {
    super(message);
    this.name = 'JsonWebTokenError';
  }

  /** SessionExpiredError is one too, though it descends from jsonwebtoken's TokenExpiredError. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: each subclass answers for itself
    if (this !== SessionRequiredError) return Function.prototype[Symbol.hasInstance].call(this, error);
    return typeof error === 'object' && error !== null && isOurs in error;
  }
}

/** The client sent nothing. */
export class SessionAbsentError extends SessionRequiredError {
  override readonly code = 'ERR_SESSION_ABSENT';

  constructor() {
    super('jwt must be provided');
  }
}

/** The client sent something that opens no session. */
export class SessionInvalidError extends SessionRequiredError {
  override readonly code = 'ERR_SESSION_INVALID';
}

/** The client's session, or its token, is over. */
export class SessionExpiredError extends TokenExpiredError {
  readonly code = 'ERR_SESSION_EXPIRED';
  readonly status = 401;
  readonly statusCode = 401;
  readonly [isOurs] = true;

  constructor(expiredAt = new Date()) {
    super('jwt expired', expiredAt);
    this.name = 'TokenExpiredError';
  }
}

function applications(): Pick<typeof jsonwebtoken, 'JsonWebTokenError' | 'TokenExpiredError'> | undefined {
  for (const from of [process.argv[1], `${process.cwd()}/package.json`]) {
    try {
      const load = createRequire(from ?? '');
      const { JsonWebTokenError: invalid, TokenExpiredError: expired }: Partial<typeof jsonwebtoken> =
        load('jsonwebtoken');
      if (invalid && expired) return { JsonWebTokenError: invalid, TokenExpiredError: expired };
    } catch {
      // Not there: an application that no longer has it can't compare with it either.
    }
  }
  return undefined;
}
