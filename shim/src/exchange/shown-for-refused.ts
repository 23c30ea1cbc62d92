import { hasShape } from '../acceptance/verify.js';
import type { Refusal } from '../events.js';
import { seconds } from '../session/login.js';
import type { LegacySettings } from '../settings/settings.js';

type Present = NonNullable<LegacySettings['present']>;

/** How long a token lives that is signed for one request. */
export const ONE_REQUEST = 60;

/** Not a JWT, for code that tells a wrong token from none; and what looks like one from afar. */
const REFUSED = 'refused';
export const REFUSED_IN_SHAPE = 'refused.refused.refused';
const LONG_AGO = 24 * 60 * 60;

/**
 * What stands where a token was refused. Code that still checks JWTs answers no token, a wrong one and an expired
 * one each in its way, and clients depend on it: a 401 that says "expired" starts a refresh. So it finds something
 * that it must refuse as it would have refused the token: text that is no JWT, one with a wrong signature, or a
 * token without claims that ran out long ago.
 */
export function shownForRefused(token: string, refusal: Refusal | undefined, present: Present): string {
  const nothing = hasShape(token) ? REFUSED_IN_SHAPE : REFUSED;
  const wrong = refusal !== undefined && refusal !== 'marker' && OF_SOMETHING_ELSE.includes(refusal);
  return (refusal === 'signature' ? forged(present) : wrong ? nothing : expired(present)) ?? nothing;
}

/** A wrong signature and nothing else that is wrong: libraries differ in what they look at first. */
function forged(present: Present): string | undefined {
  const [head, payload, signature] = signed(present, NOBODY, seconds() + ONE_REQUEST)?.split('.') ?? [];
  return (
    signature &&
    [head, payload, Buffer.alloc(Buffer.from(signature, 'base64url').length).toString('base64url')].join('.')
  );
}

/** Where a token is bare text, there is none without its claim. */
const NOBODY = { sub: 'nobody' };

function expired(present: Present): string | undefined {
  return signed(present, {}, seconds() - LONG_AGO);
}

function signed(present: Present, claims: object, exp: number): string | undefined {
  try {
    return present({ ...claims, iat: exp - ONE_REQUEST, exp });
  } catch {
    return undefined;
  }
}

/** Tokens that no login key has signed, or that the application never took for a login. */
export const OF_SOMETHING_ELSE: readonly Refusal[] = [
  'marker',
  'malformed',
  'algorithm',
  'signature',
  'claims',
  'too-large',
];
