import { isOfAnotherKind } from '../acceptance/verify.js';
import { given } from '../request/headers.js';
import type { Place } from '../request/places.js';
import type { Visit } from '../request/visit.js';
import { ApplicationError } from '../response/application-error.js';
import { claimsOf, seconds } from '../session/login.js';
import { loginOf } from '../session/sessions.js';
import type { LegacySettings } from '../settings/settings.js';
import { OF_SOMETHING_ELSE, ONE_REQUEST, REFUSED_IN_SHAPE, shownForRefused } from './shown-for-refused.js';
import type { Found } from './tokens-on-request.js';

/**
 * Leaves on the request only tokens that the shim stands by, and puts one there for a session that came without.
 * What the shim refused must not get in further back, where the application still checks JWTs.
 */
export function showTokens(visit: Visit, found: readonly Found[], legacy: LegacySettings): void {
  const login = loginOf(visit.req.session);
  for (const one of found)
    if (!mayStay(one, login?.user, legacy, visit) && !isForAnother(one, legacy, visit))
      one.place.remove(visit.req);
  const first = legacy.from[0];
  for (const place of legacy.from) if (!found.some((one) => one.place === place)) place.sweep(visit.req);
  if (!legacy.present) showFields(visit, found);
  if (!first || !legacy.present) return;
  if (!login) {
    if (first.read(visit.req) !== undefined) return;
    if (visit.over && first.carrier !== 'link' && isEmpty(first, visit))
      first.place(visit.req, shownForRefused('', 'expired', legacy.present));
    else showRefusal(visit, found, legacy.present);
    return;
  }
  const empty = [first, ...legacy.from.filter(isOtherHeader)].filter(
    (place, index, all) =>
      isEmpty(place, visit) && all.findIndex(({ name }) => name === place.name) === index,
  );
  const asked = legacy.from.filter(
    (place) => place.hint && !/refresh/i.test(place.name) && place !== first && isEmpty(place, visit),
  );
  if (!empty.length && !asked.length) return;
  const claims = { ...claimsOf(login), exp: soon(login.exp) };
  try {
    const token = legacy.present(claims);
    for (const place of empty) place.place(visit.req, token);
    for (const place of asked) place.hint?.(visit.req, token);
  } catch (error) {
    throw new ApplicationError('legacy.present', error);
  }
}

/** Other credentials in the header, such as those of a login by `Basic`, are for a route that asks for them. */
function isEmpty(place: Place, { req }: Visit): boolean {
  return place.carrier === 'header' ? req.headers[place.name] === undefined : place.read(req) === undefined;
}

/**
 * Routes may read headers of their own. What a refresh token comes in stays empty, and so do query and body, which
 * code may look through for names that it does not know: who asks the query for the name itself is told.
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

/**
 * Where nothing checks JWTs any more, code may still ask that the field of a refresh token is filled in, before it
 * says what is wrong with the token: it finds text that is none.
 */
function showFields({ req }: Visit, found: readonly Found[]): void {
  for (const { place, verdict } of found) {
    const renews = /refresh/i.test(place.name) || (verdict.accepted ?? verdict).refresh === true;
    if (renews && place.carrier === 'link' && place.read(req) === undefined)
      place.place(req, REFUSED_IN_SHAPE);
  }
}

/** Where a token was refused stands what must be refused in the same way. */
function showRefusal(
  { req }: Visit,
  found: readonly Found[],
  present: NonNullable<LegacySettings['present']>,
): void {
  for (const { place, token, verdict } of found.filter((one) => one.place.read(req) === undefined))
    place.place(req, shownForRefused(token, verdict.refusal, present));
}

/**
 * Whether the application has to find what it was sent, since that is no JWT: routes for an API key or for another
 * service's access token read the same header. Where it keeps opaque tokens, such text may be one of those.
 */
function isForAnother({ place, token }: Found, legacy: LegacySettings, { req }: Visit): boolean {
  const alone = given(req, place.name) === 1;
  return place.carrier === 'header' && alone && isOfAnotherKind(token) && !legacy.opaque().length;
}

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
