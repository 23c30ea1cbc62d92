import { createSecretKey, randomBytes, verify as verifySignature } from 'node:crypto';
import jwt, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import type { Refusal } from '../events.js';
import type { KeyPurpose } from '../settings/options.js';
import { isUnambiguous } from './json.js';
import { isKnownToLibrary, type Keys, type PreparedKey } from './keys.js';

/** A payload that one of the keys has signed; `refusal` says why it is not valid now all the same. */
export type Verified =
  | {
      readonly payload: JwtPayload;
      readonly purpose: KeyPurpose;
      readonly refusal?: 'expired' | 'not-yet-valid';
      /** Seconds since 1970 from which on the token is refused; none when its expiry is ignored. */
      readonly ends?: number | undefined;
      /** Nobody has signed it: it is one that the application keeps, or none. */
      readonly opaque?: true;
    }
  | { readonly payload?: undefined; readonly refusal: Refusal };

/**
 * Checks a token as the application did: jsonwebtoken with its keys and options. Refuses on top of that what no
 * honest token has: unknown critical headers, a key named twice, a payload that is neither an object nor, where the
 * key says so, bare text.
 */
export async function verify(token: string, keys: Keys, maxBytes: number): Promise<Verified> {
  const [best] = await verifyWithEach(token, keys, maxBytes);
  return best ?? { refusal: 'signature' };
}

/** The same for each key that may have signed the token: best first, at least one. */
export async function verifyWithEach(
  token: string,
  keys: Keys,
  maxBytes: number,
): Promise<readonly Verified[]> {
  if (token.length > maxBytes) return [{ refusal: 'too-large' }];
  const header = headerOf(token);
  if (!header) return [{ refusal: 'malformed' }];
  const fitting = await keys(header);
  if (fitting.length === 0) return [{ refusal: 'algorithm' }];
  const isText = typeof payloadIn(token.split('.')[1] ?? '') === 'string';
  if (isText && !fitting.some(({ purpose }) => purpose.textAs)) return [{ refusal: 'malformed' }];
  return fitting.map((key) => verifyWith(token, key, header)).sort((one, other) => merit(other) - merit(one));
}

/** A valid token says more than one that is out of time, and that more than one that another key has signed. */
function merit({ refusal, payload }: Verified): number {
  if (refusal === undefined) return 3;
  if (payload !== undefined) return 2;
  return refusal === 'signature' ? 0 : 1;
}

/** Whether it has the three parts of a JWT, whatever is in them: jsonwebtoken names the others malformed. */
export function hasShape(token: string): boolean {
  return token.split('.').length === 3;
}

/** Whether it is none that a key can have signed, and short enough to be looked at. */
export function isUnsigned(token: string, maxBytes: number): boolean {
  return token.length <= maxBytes && headerOf(token) === undefined;
}

/** What pages send that have no token: `Bearer ${localStorage.token}`. */
const NOTHING = /^(?:null|undefined|true|false|NaN|\[object Object\])?$/;

/**
 * Whether it is no JWT under any library's eyes, nor what a page without a token sends: an API key, another
 * service's access token. It has two parts at most, of which the first is no header of a JWT.
 */
export function isOfAnotherKind(token: string): boolean {
  const [head = '', , ...further] = token.split('.');
  return further.length === 0 && objectIn(head) === undefined && !NOTHING.test(token.trim());
}

/** The header, when the token has three parts that read the same to everyone. */
function headerOf(token: string): JwtHeader | undefined {
  const [head, payload, signature, ...rest] = token.split('.');
  if (!head || !payload || !signature || rest.length > 0) return undefined;
  const header = objectIn(head);
  if (!header || payloadIn(payload) === undefined) return undefined;
  if ('crit' in header || typeof header.alg !== 'string') return undefined;
  if (header.kid !== undefined && typeof header.kid !== 'string') return undefined;
  return { ...header, alg: header.alg, ...(header.kid === undefined ? {} : { kid: header.kid }) };
}

function objectIn(part: string): Record<string, unknown> | undefined {
  const value = payloadIn(part);
  return typeof value === 'string' ? undefined : value;
}

/** An object, or what jsonwebtoken takes for bare text; undefined for what not everyone reads the same. */
function payloadIn(part: string): Record<string, unknown> | string | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  const text = Buffer.from(part, 'base64url').toString('utf8');
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return text;
  return isObject(value) && isUnambiguous(text) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function verifyWith(token: string, prepared: PreparedKey, header: JwtHeader): Verified {
  try {
    const payload = payloadOf(token, prepared, header.alg);
    const { ignoreExpiration, clockTolerance = 0 } = prepared.options;
    const ends = ignoreExpiration || payload.exp === undefined ? undefined : payload.exp + clockTolerance;
    return { payload, ends, purpose: prepared.purpose };
  } catch (error) {
    // jsonwebtoken looks at the signature first, so a payload that is only out of time was signed.
    if (error instanceof jwt.TokenExpiredError)
      return { ...signedPayload(token), purpose: prepared.purpose, refusal: 'expired' };
    if (error instanceof jwt.NotBeforeError)
      return { ...signedPayload(token), purpose: prepared.purpose, refusal: 'not-yet-valid' };
    const message = error instanceof Error ? error.message : '';
    return { refusal: /signature|asymmetric|symmetric|key type/.test(message) ? 'signature' : 'claims' };
  }
}

function payloadOf(
  token: string,
  { key, algorithms, options, purpose }: PreparedKey,
  algorithm: string,
): JwtPayload {
  if (algorithm !== 'EdDSA') {
    const known = algorithms.filter(isKnownToLibrary);
    return claimsIn(jwt.verify(token, key, { ...options, algorithms: known, complete: false }), purpose);
  }
  const at = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(at + 1), 'base64url');
  if (!verifySignature(null, Buffer.from(token.slice(0, at)), key, signature))
    throw new jwt.JsonWebTokenError('invalid signature');
  const payload = payloadIn(token.split('.')[1] ?? '');
  if (typeof payload === 'string') return claimsIn(payload, purpose);
  // jsonwebtoken does not know EdDSA; the tests of the claims are its own all the same, on a copy signed here.
  const ephemeral = createSecretKey(randomBytes(32));
  const copy = jwt.sign(signedPayload(token).payload, ephemeral, { noTimestamp: true });
  return claimsIn(
    jwt.verify(copy, ephemeral, { ...options, algorithms: ['HS256'], complete: false }),
    purpose,
  );
}

/** Bare text is a claim where the key says which, and an object is then none of the application's logins. */
function claimsIn(payload: string | JwtPayload, { textAs }: KeyPurpose): JwtPayload {
  if (typeof payload === 'object' && textAs === undefined) return payload;
  if (typeof payload === 'string' && textAs !== undefined) return { [textAs]: payload };
  throw new jwt.JsonWebTokenError('invalid token');
}

function signedPayload(token: string): { payload: JwtPayload } {
  return { payload: objectIn(token.split('.')[1] ?? '') ?? {} };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
