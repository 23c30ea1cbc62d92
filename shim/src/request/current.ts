import type { Request } from 'express';
import { currentVisit } from './visit.js';

/**
 * The request that is being served, for code that has none at hand.
 * @throws outside of a request that `cutover` has seen
 */
export function currentRequest(): Request {
  const visit = currentVisit();
  if (visit) return visit.req;
  throw new Error(
    'currentRequest: no request is being served here. app.use(cutover(…)) must come before this route, and the call must be made while the request runs',
  );
}
