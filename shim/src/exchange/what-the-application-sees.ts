import { hasShape } from '../acceptance/verify.js';
import type { Refusal } from '../events.js';
import type { Place } from '../request/places.js';
import type { Visit } from '../request/visit.js';
import { ApplicationError } from '../response/application-error.js';
import { claimsOf, seconds } from '../session/login.js';
import { loginOf } from '../session/sessions.js';
import type { LegacySettings } from '../settings/settings.js';
import type { Found } from './tokens-on-request.js';

/** How long a token lives that is signed for one request. */
const ONE_REQUEST = 60;

/**
 * Leaves on the request only tokens that the shim stands by, and puts one there for a session that came without.
 * What the shim refused must not get in further back, where the application still checks JWTs.
 */
export function showTokens(visit: Visit, found: readonly Found[], legacy: LegacySettings): void {
  const login = loginOf(visit.req.session);
  for (const one of found) if (!mayStay(one, login?.user, legacy, visit)) one.place.remove(visit.req);
  const first = legacy.from[0];
  for (const place of legacy.from) if (!found.some((one) => one.place === place)) place.sweep(visit.req);
  if (!first || !legacy.present) return;
  if (!login) {
    if (first.read(visit.req) === undefined) showRefusal(visit, found, legacy.present);
    return;
  }
  const empty = [first, ...legacy.from.filter(isOtherHeader)].filter(
    (place, index, all) =>
      place.read(visit.req) === undefined && all.findIndex(({ name }) => name === place.name) === index,
  );
  if (!empty.length) return;
  const claims = { ...claimsOf(login), exp: soon(login.exp) };
  try {
    const token = legacy.present(claims);
    for (const place of empty) place.place(visit.req, token);
  } catch (error) {
    throw new ApplicationError('legacy.present', error);
  }
}

/**
 * Routes may read headers of their own. What a refresh token comes in stays empty, and so do query and body, which
 * code may look through for names that it does not know.
 */
function isOtherHeader({ carrier, name }: Place): boolean {
  return carrier === 'header' && !/refresh/i.test(name);
}

/** No second lies so far ahead: an end as late counts milliseconds, and so does the code that compares it. */
const LATEST_SECOND = 1e11;

/** When a token ends that is signed for one request, in the unit in which the session's own end is written. */
function soon(exp: number): number {
  const end = seconds() + ONE_REQUEST;
  return exp > LATEST_SECOND ? end * 1000 : end;
}

/** Not a JWT, for code that tells a wrong token from none; and what looks like one from afar. */
const REFUSED = 'refused';
const REFUSED_IN_SHAPE = 'refused.refused.refused';
const LONG_AGO = 24 * 60 * 60;

/**
 * Code that still checks JWTs answers no token, a wrong one and an expired one each in its way, and clients
 * depend on it: a 401 that says "expired" starts a refresh. So it finds something that it must refuse as it would
 * have refused the token: text that is no JWT, one with a wrong signature, or a token without claims that ran out
 * long ago.
 */
function showRefusal(
  { req }: Visit,
  found: readonly Found[],
  present: NonNullable<LegacySettings['present']>,
): void {
  for (const { place, token, verdict } of found.filter((one) => one.place.read(req) === undefined)) {
    const { refusal } = verdict;
    const nothing = hasShape(token) ? REFUSED_IN_SHAPE : REFUSED;
    const wrong = refusal !== undefined && refusal !== 'marker' && OF_SOMETHING_ELSE.includes(refusal);
    const shown = refusal === 'signature' ? forged(present) : wrong ? nothing : expired(present);
    place.place(req, shown ?? nothing);
  }
}

/** A wrong signature and nothing else that is wrong: libraries differ in what they look at first. */
function forged(present: NonNullable<LegacySettings['present']>): string | undefined {
  const [head, payload, signature] = signed(present, NOBODY, seconds() + ONE_REQUEST)?.split('.') ?? [];
  return (
    signature &&
    [head, payload, Buffer.alloc(Buffer.from(signature, 'base64url').length).toString('base64url')].join('.')
  );
}

/** Where a token is bare text, there is none without its claim. */
const NOBODY = { sub: 'nobody' };

function expired(present: NonNullable<LegacySettings['present']>): string | undefined {
  return signed(present, {}, seconds() - LONG_AGO);
}

function signed(
  present: NonNullable<LegacySettings['present']>,
  claims: object,
  exp: number,
): string | undefined {
  try {
    return present({ ...claims, iat: exp - ONE_REQUEST, exp });
  } catch {
    return undefined;
  }
}

/** Tokens that no login key has signed, or that the application never took for a login. */
const OF_SOMETHING_ELSE: readonly Refusal[] = [
  'marker',
  'malformed',
  'algorithm',
  'signature',
  'claims',
  'too-large',
];

function mayStay(
  { place, verdict }: Found,
  user: string | undefined,
  legacy: LegacySettings,
  visit: Visit,
): boolean {
  const login = loginOf(visit.req.session);
  if (verdict.accepted) {
    // Whoever the session is: its own token says the same, and where a deny list or a table of tokens is
    // consulted only the token itself will do. An older one would be served stale claims.
    if (verdict.accepted.user !== user) return false;
    const { hash, refresh } = verdict.accepted;
    return refresh || hash === login?.token?.hash || place !== legacy.from[0];
  }
  // In query and body other tokens live under the same names (a reset link, another service's): routes check
  // those themselves.
  return place.carrier === 'link' && OF_SOMETHING_ELSE.includes(verdict.refusal);
}
