import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import type { Refusal } from '../events.js';
import { UnavailableError } from '../response/unavailable.js';
import type { ClaimsOf } from '../settings/options.js';
import type { LegacySettings, Settings } from '../settings/settings.js';
import { hashOf } from './hash.js';
import { isUnsigned, type Verified, verifyWithEach } from './verify.js';

/** A token that the application would have let in. */
export interface AcceptedToken {
  readonly token: string;
  readonly hash: string;
  readonly user: string;
  readonly payload: JwtPayload;
  readonly claims: object;
  /** Seconds since 1970 from which on it is refused whatever the ledger says; none when it has no expiry. */
  readonly ends: number | undefined;
  /** One that prolongs a session, and does not say what is in it. */
  readonly refresh: boolean;
  /** The application keeps it, and takes it back there. */
  readonly opaque: boolean;
}

/** What a token is worth. `user` is known of a refused one when one of the keys has signed it. */
export type Verdict =
  | { readonly accepted: AcceptedToken; readonly refusal?: undefined }
  | {
      readonly accepted?: undefined;
      readonly refusal: Refusal;
      readonly user?: string | undefined;
      /** It is a refresh token that one of the keys has signed. */
      readonly refresh?: boolean;
    };

/** What the options say about tokens. */
interface Rules {
  readonly legacy: LegacySettings;
  readonly user: Settings['user'];
}

/**
 * Decides on a token with the keys, claims and times alone: what the ledger and the deny list know comes later,
 * when the token is to open something. Where one key signs tokens for several purposes, the first that takes it
 * decides.
 */
export async function judge(token: string, rules: Rules, req: IncomingMessage): Promise<Verdict> {
  const refused: Verdict[] = [];
  for (const verified of await readingsOf(token, rules.legacy)) {
    const verdict = await judgeAs(verified, token, rules, req);
    if (verdict.accepted) return verdict;
    refused.push(verdict);
  }
  return refused.find((verdict) => isOfSomebody(verdict)) ?? refused[0] ?? { refusal: 'signature' };
}

/** What a token may be: one that a key has signed, or one that only the application knows. */
async function readingsOf(
  token: string,
  { keys, opaque, maxBytes }: LegacySettings,
): Promise<readonly Verified[]> {
  const kept = isUnsigned(token, maxBytes) ? opaque() : [];
  return kept.length ? kept : verifyWithEach(token, keys, maxBytes);
}

function isOfSomebody(verdict: Verdict): boolean {
  return verdict.accepted !== undefined || verdict.user !== undefined;
}

async function judgeAs(
  verified: Verified,
  token: string,
  { legacy, user }: Rules,
  req: IncomingMessage,
): Promise<Verdict> {
  if (!verified.payload) return { refusal: verified.refusal };
  const { payload, refusal, ends, purpose } = verified;
  const claims = await claimsOf(purpose.claims ?? legacy.claims, payload, req, token);
  if (!claims) return { refusal: refusal ?? 'claims', refresh: purpose.refresh === true };
  const id = safely(() => user(claims)) ?? '';
  if (refusal) return { refusal, user: id === '' ? undefined : id, refresh: purpose.refresh === true };
  if (id === '') return { refusal: 'user' };
  const now = Date.now();
  if (now < legacy.opens) return { refusal: 'window-not-open', user: id };
  if (now >= legacy.closes) return { refusal: 'window-closed', user: id };
  if (legacy.mintedBefore !== undefined && (payload.iat ?? 0) > legacy.mintedBefore)
    return { refusal: 'minted-late', user: id };
  const refresh = purpose.refresh === true;
  const opaque = verified.opaque === true;
  return { accepted: { token, hash: hashOf(token), user: id, payload, claims, ends, refresh, opaque } };
}

/**
 * What the application makes of a payload. It was written for its own tokens, so one that it trips over is
 * refused; a look-up that fails has said nothing about the token.
 */
async function claimsOf(
  find: ClaimsOf,
  payload: JwtPayload,
  req: IncomingMessage,
  token: string,
): Promise<object | undefined> {
  const found = safely(() => find(payload, req, token));
  try {
    return (await found) ?? undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw new UnavailableError('legacy.claims failed', { cause: error });
  }
}

/** Whether the application itself has taken a token back. */
export async function isRevokedByApplication(
  { isRevoked }: LegacySettings,
  { payload, token }: AcceptedToken,
  req: IncomingMessage,
): Promise<boolean> {
  if (!isRevoked) return false;
  try {
    return (await isRevoked(payload, token, req)) === true;
  } catch (error) {
    throw new UnavailableError('legacy.isRevoked failed', { cause: error });
  }
}

/** The application's functions are written for its own tokens; one that throws on another refuses it. */
function safely<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
