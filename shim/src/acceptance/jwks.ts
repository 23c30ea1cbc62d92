import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { JwtHeader } from 'jsonwebtoken';
import { UnavailableError } from '../response/unavailable.js';
import type { PreparedKey } from './keys.js';

/** How long a fetched set is used, and how soon an unknown `kid` may cause another fetch. */
const FRESH = 10 * 60_000;
const PAUSE = 30_000;

/** What the keys of one host have in common. */
type Common = Pick<PreparedKey, 'algorithms' | 'options' | 'purpose'>;

/**
 * The keys that a host publishes (RFC 7517), fetched when first needed. A set that was fetched once goes on
 * being used while its host does not answer; with none at all the request can't be decided.
 */
export function publishedKeys(
  uri: string,
  common: Common,
): (header: JwtHeader) => Promise<readonly PreparedKey[]> {
  let keys: readonly PreparedKey[] | undefined;
  let fetchedAt = 0;
  let fetching: Promise<readonly PreparedKey[]> | undefined;

  const refresh = async () => {
    fetching ??= fetchKeys(uri, common).finally(() => {
      fetchedAt = Date.now();
      fetching = undefined;
    });
    try {
      keys = await fetching;
    } catch (error) {
      if (!keys) throw new UnavailableError(`the keys at ${uri} could not be read`, { cause: error });
    }
  };
  return async (header) => {
    const known = (keys ?? []).some((key) => key.kid === header.kid);
    const age = Date.now() - fetchedAt;
    if (!keys || age > FRESH || (!known && age > PAUSE)) await refresh();
    return keys ?? [];
  };
}

async function fetchKeys(uri: string, common: Common): Promise<readonly PreparedKey[]> {
  const response = await fetch(uri, { signal: AbortSignal.timeout(2000), redirect: 'error' });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const set: unknown = await response.json();
  const listed = isSet(set) ? set.keys : [];
  return listed.flatMap((jwk) => {
    if (jwk.use !== undefined && jwk.use !== 'sig') return [];
    try {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      return [{ key, kid: typeof jwk.kid === 'string' ? jwk.kid : undefined, ...common }];
    } catch {
      return [];
    }
  });
}

function isSet(set: unknown): set is { keys: (JsonWebKey & { kid?: unknown; use?: unknown })[] } {
  return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys);
}
