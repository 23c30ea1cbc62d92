import type { IncomingMessage } from 'node:http';
import { requireSession } from '../session/claims.js';
import { SessionAbsentError } from '../session/errors.js';
import { sessionPresented } from '../session/start.js';
import type { SessionClaims } from '../settings/options.js';

/** Whoever wrote the function for passport-jwt has typed `done` as it does there: it takes anything. */
type Done = (error: unknown, user?: unknown, info?: unknown) => void;
type Verify = (claims: SessionClaims, done: Done) => void;
type VerifyWithRequest<Request> = (req: Request, claims: SessionClaims, done: Done) => void;

/** What passport adds to a strategy when it uses it. */
interface Outcome {
  success(user: unknown, info?: unknown): void;
  fail(info?: unknown): void;
  error(error: unknown): void;
}

/** A passport strategy that asks the session. */
export interface SessionStrategy {
  readonly name: 'jwt';
  authenticate(this: Outcome, req: IncomingMessage): void;
}

/**
 * Stands where a passport-jwt strategy stood: `verify` gets the session's claims, and `passport.authenticate('jwt')`
 * goes on as it is.
 * @see https://www.passportjs.org/packages/passport-jwt/
 */
export function sessionStrategy(verify: Verify): SessionStrategy;
export function sessionStrategy(options: { passReqToCallback?: false }, verify: Verify): SessionStrategy;
export function sessionStrategy<Request extends IncomingMessage>(
  options: { passReqToCallback: true },
  verify: VerifyWithRequest<Request>,
): SessionStrategy;
export function sessionStrategy(
  first: Verify | { passReqToCallback?: boolean },
  second?: Verify | VerifyWithRequest<never>,
): SessionStrategy {
  const verify: unknown = typeof first === 'function' ? first : second;
  const withRequest = typeof first === 'object' && first.passReqToCallback === true;
  if (typeof verify !== 'function')
    throw new TypeError('sessionStrategy: give the verify function that passport-jwt was given');
  return {
    name: 'jwt',
    authenticate(req) {
      // As passport-jwt puts it.
      if (!sessionPresented(req)) return this.fail(absent());
      let claims: SessionClaims;
      try {
        claims = requireSession(req);
      } catch (error) {
        return this.fail(error);
      }
      const done: Done = (error, user, info) => {
        if (error) this.error(error);
        else if (user) this.success(user, info);
        else this.fail(info);
      };
      try {
        if (withRequest) verify(req, claims, done);
        else verify(claims, done);
      } catch (error) {
        this.error(error);
      }
    },
  };
}

function absent(): SessionAbsentError {
  const error = new SessionAbsentError();
  error.message = 'No auth token';
  error.name = 'Error';
  return error;
}
