import type { IncomingMessage } from 'node:http';
import { type AcceptedToken, judge, type Verdict } from '../acceptance/acceptance.js';
import { isCrossOrigin, isFromElsewhere } from '../cross-origin.js';
import { given } from '../request/headers.js';
import type { Place } from '../request/places.js';
import { claimsInMarker, isMarker } from '../session/marker.js';
import type { LegacySettings, Settings } from '../settings/settings.js';

/** A token as it was found. */
export interface Found {
  readonly place: Place;
  readonly token: string;
  readonly verdict: Verdict;
}

/** All tokens that came with a request, and the one that speaks for it. */
export interface Tokens {
  readonly found: readonly Found[];
  readonly speaking: Found | undefined;
  /** A refresh token of the same user that came beside the one that speaks. */
  readonly refreshing: AcceptedToken | undefined;
}

/**
 * Reads and judges every token of a request. Tokens of different users, or several `Authorization` headers,
 * speak for nobody. Of one user's tokens the newest speaks,
 * and a refresh token only where no other is accepted.
 */
export async function tokensOn(
  req: IncomingMessage,
  places: readonly Place[],
  legacy: LegacySettings,
  settings: Settings,
): Promise<Tokens> {
  const found: Found[] = [];
  for (const place of places) {
    for (const token of place.readAll?.(req) ?? [place.read(req)]) {
      if (token === undefined) continue;
      const same = found.find((one) => one.token === token);
      const verdict = same?.verdict ?? (await verdictOn(token, place, req, legacy, settings));
      found.push({ place, token, verdict });
    }
  }
  const several = places.some(({ carrier, name }) => carrier === 'header' && given(req, name) > 1);
  const users = new Set(found.flatMap(({ verdict }) => verdict.accepted?.user ?? []));
  const first = found[0];
  if (first && (several || users.size > 1))
    return { found, speaking: { ...first, verdict: { refusal: 'ambiguous' } }, refreshing: undefined };
  const access = newest(found, (token) => !token.refresh);
  const refresh = newest(found, (token) => token.refresh);
  return {
    found,
    refreshing: access ? refresh?.verdict.accepted : undefined,
    speaking:
      access ??
      refresh ??
      found.find(({ verdict }) => verdict.refusal !== undefined && verdict.user !== undefined) ??
      first,
  };
}

async function verdictOn(
  token: string,
  place: Place,
  req: IncomingMessage,
  legacy: LegacySettings,
  settings: Settings,
): Promise<Verdict> {
  // A script on our own pages sets headers; a link or a form of anybody's fills query and body.
  if (place.carrier === 'link' && isFromElsewhere(req, settings.trustedOrigins))
    return { refusal: 'cross-origin' };
  if (place.carrier === 'cookie' && isCrossOrigin(req, settings.trustedOrigins))
    return { refusal: 'cross-origin' };
  // A marker opens nothing, but an old page that still sends one says whose page it is.
  if (isMarker(token)) return { refusal: 'marker', user: userOfMarker(token, settings) };
  return judge(token, { legacy, user: settings.user }, req);
}

/** Whose page sends a marker. */
export function userOfMarker(token: string, { user }: Settings): string | undefined {
  try {
    return user(claimsInMarker(token) ?? {}) || undefined;
  } catch {
    return undefined;
  }
}

function newest(found: readonly Found[], counts: (token: AcceptedToken) => boolean): Found | undefined {
  const age = ({ verdict }: Found) => verdict.accepted?.payload.iat ?? 0;
  return found
    .filter(({ verdict }) => verdict.accepted && counts(verdict.accepted))
    .reduce<Found | undefined>((best, one) => (best && age(best) >= age(one) ? best : one), undefined);
}
