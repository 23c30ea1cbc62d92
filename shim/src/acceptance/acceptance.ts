import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import type { Refusal } from '../events.js';
import { UnavailableError } from '../response/unavailable.js';
import type { LegacySettings, Settings } from '../settings/settings.js';
import { hashOf } from './hash.js';
import { verify } from './verify.js';

/** A token that the application would have let in. */
export interface AcceptedToken {
  readonly token: string;
  readonly hash: string;
  readonly user: string;
  readonly payload: JwtPayload;
  readonly claims: object;
  /** Seconds since 1970 from which on it is refused whatever the ledger says; none when it has no expiry. */
  readonly ends: number | undefined;
}

/** What a token is worth. `user` is known of a refused one when one of the keys has signed it. */
export type Verdict =
  | { readonly accepted: AcceptedToken; readonly refusal?: undefined }
  | { readonly accepted?: undefined; readonly refusal: Refusal; readonly user?: string | undefined };

/**
 * Decides on a token with the keys, claims and times alone: what the ledger and the deny list know comes later,
 * when the token is to open something.
 */
export async function judge(
  token: string,
  { legacy, user }: { legacy: LegacySettings; user: Settings['user'] },
  req: IncomingMessage,
): Promise<Verdict> {
  const verified = await verify(token, legacy.keys, legacy.maxBytes);
  if (!verified.payload) return { refusal: verified.refusal };
  const { payload, refusal, ends } = verified;
  const claims = safely(() => legacy.claims(payload, req));
  if (!claims) return { refusal: refusal ?? 'claims' };
  const id = safely(() => user(claims)) ?? '';
  if (refusal) return { refusal, user: id === '' ? undefined : id };
  if (id === '') return { refusal: 'user' };
  const now = Date.now();
  if (now < legacy.opens) return { refusal: 'window-not-open', user: id };
  if (now >= legacy.closes) return { refusal: 'window-closed', user: id };
  if (legacy.mintedBefore !== undefined && (payload.iat ?? 0) > legacy.mintedBefore)
    return { refusal: 'minted-late', user: id };
  return { accepted: { token, hash: hashOf(token), user: id, payload, claims, ends } };
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
