import type { IncomingMessage } from 'node:http';
import { isFromElsewhere } from './cross-origin.js';
import type { Visit } from './request/visit.js';
import { sessionClaims } from './session/claims.js';
import { endSession } from './session/end.js';
import { sessionMarker } from './session/start.js';

/** What the shim itself answers, under `path`. */
export type Endpoint = 'session' | 'exchange';

export function endpointOf(
  req: IncomingMessage & { originalUrl?: string },
  path: string,
): Endpoint | undefined {
  const asked = (req.originalUrl ?? req.url ?? '').split('?', 1)[0]?.replace(/\/$/, '');
  if (asked === path) return 'session';
  return asked === `${path}/exchange` ? 'exchange' : undefined;
}

/**
 * `GET <path>`: who am I. `POST <path>/exchange`: the token that came with the request has become a session.
 * `DELETE <path>`: log out. Other methods are the application's, so that CORS preflights stay as they are.
 */
export function serveEndpoint(endpoint: Endpoint, visit: Visit, next: (error?: unknown) => void): void {
  const method = visit.req.method ?? 'GET';
  if (endpoint === 'session' && (method === 'GET' || method === 'HEAD')) whoAmI(visit);
  else if (endpoint === 'exchange' && method === 'POST') {
    visit.trace = 'left';
    whoAmI(visit);
  } else if (endpoint === 'session' && method === 'DELETE') logOut(visit);
  else next();
}

function whoAmI(visit: Visit): void {
  const claims = sessionClaims(visit.req);
  if (claims) {
    const expiresAt = new Date(claims.exp * 1000).toISOString();
    answer(visit, 200, { claims, expiresAt, marker: sessionMarker(visit.req) });
  } else {
    const { lack } = visit;
    answer(visit, 401, {
      error: lack === 'absent' ? 'no session' : lack === 'expired' ? 'expired' : 'invalid',
    });
  }
}

function logOut(visit: Visit): void {
  // Without a session there is no cookie to clear either, least of all for a page of another origin.
  if (isFromElsewhere(visit.req, visit.shop.settings.trustedOrigins)) {
    answer(visit, 403, { error: 'cross-origin' });
    return;
  }
  endSession(visit.req).catch(() => {});
  answer(visit, 204);
}

function answer({ res }: Visit, status: number, body?: object): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  if (!body) {
    res.end();
    return;
  }
  const text = JSON.stringify(body);
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
