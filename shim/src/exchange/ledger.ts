import { seconds } from '../session/login.js';
import type { CutoverStore } from '../stores/store.js';

/**
 * What has become of a legacy token, by its hash.
 * - `claimed`: this session is to be made; whoever comes may make it.
 * - `made`: it was made. If it is not there any more, it has ended.
 * - `spent`: its cookie came back at `since`; after the grace the token is worth nothing.
 * - `revoked`: logged out.
 * - `left`: logged out, and taken back by the application too, which decides if it ever keeps the same one anew.
 */
export interface Entry {
  readonly session: string;
  readonly state: 'claimed' | 'made' | 'spent' | 'revoked' | 'left';
  readonly since: number;
}

/** The part of a token that the ledger needs. */
interface Named {
  readonly hash: string;
  readonly ends: number | undefined;
}

/** The exchange ledger: every step is one atomic write, and a crash between any two leaves what a retry finishes. */
export interface Ledger {
  /** The entry that holds, which is the proposed one only for whoever comes first. */
  claim(token: Named, session: string, state: Entry['state']): Promise<Entry>;
  /** What is known of a token, which stays as it is. */
  find(token: Named): Promise<Entry | undefined>;
  /** `claimed` → `made`. Returns the entry that holds afterwards. */
  finish(token: Named, claimed: Entry): Promise<Entry>;
  /** The token's session has reached the client. */
  spend(token: Named, session: string): Promise<void>;
  /** Whatever it was, it opens nothing any more. Returns the session it led to. */
  revoke(token: Named): Promise<string | undefined>;
  /** `revoked` → `left`. */
  leave(token: Named): Promise<void>;
  /** As `claim`, for a token whose entry is `left`. */
  claimAnew(token: Named, left: Entry, session: string, state: Entry['state']): Promise<Entry>;
  /** All tokens of a user made up to now. */
  revokeAllOf(user: string): Promise<void>;
  isRevokedFor(user: string, iat: number | undefined): Promise<boolean>;
}

export function ledgerIn(store: CutoverStore, closes: number): Ledger {
  const at = (hash: string) => `exchange:${hash}`;
  const all = (user: string) => `revoked-before:${user}`;
  /** Kept for as long as the token itself could be accepted, and a little more for clocks that differ. */
  const ttl = (ends: number | undefined) =>
    Math.max(60_000, Math.min(closes, ends === undefined ? closes : ends * 1000) - Date.now() + 60 * 60_000);
  const write = (entry: Entry) => JSON.stringify(entry);

  return {
    async claim({ hash, ends }, session, state) {
      const proposed: Entry = { session, state, since: Date.now() };
      const there = await store.add(at(hash), write(proposed), ttl(ends));
      return there === undefined ? proposed : entryIn(there);
    },
    async find({ hash }) {
      const there = await store.get(at(hash));
      return there === undefined ? undefined : entryIn(there);
    },
    async finish({ hash, ends }, claimed) {
      const made: Entry = { ...claimed, state: 'made' };
      if (await store.swap(at(hash), write(claimed), write(made), ttl(ends))) return made;
      const there = await store.get(at(hash));
      return there === undefined ? { ...claimed, state: 'revoked' } : entryIn(there);
    },
    async spend({ hash, ends }, session) {
      const spent: Entry = { session, state: 'spent', since: Date.now() };
      for (;;) {
        const there = await store.add(at(hash), write(spent), ttl(ends));
        if (there === undefined) return;
        const entry = entryIn(there);
        if (entry.state === 'spent' || isLoggedOut(entry)) return;
        if (
          await store.swap(
            at(hash),
            there,
            write({ ...entry, state: 'spent', since: spent.since }),
            ttl(ends),
          )
        )
          return;
      }
    },
    async revoke({ hash, ends }) {
      const revoked: Entry = { session: '', state: 'revoked', since: Date.now() };
      for (;;) {
        const there = await store.add(at(hash), write(revoked), ttl(ends));
        if (there === undefined) return undefined;
        const entry = entryIn(there);
        if (entry.state === 'revoked') return undefined;
        if (await store.swap(at(hash), there, write(revoked), ttl(ends))) return entry.session;
      }
    },
    async leave({ hash, ends }) {
      const there = await store.get(at(hash));
      const entry = there === undefined ? undefined : entryIn(there);
      if (there === undefined || entry?.state !== 'revoked') return;
      await store.swap(at(hash), there, write({ ...entry, state: 'left' }), ttl(ends));
    },
    async claimAnew({ hash, ends }, left, session, state) {
      const proposed: Entry = { session, state, since: Date.now() };
      if (await store.swap(at(hash), write(left), write(proposed), ttl(ends))) return proposed;
      const there = await store.get(at(hash));
      return there === undefined ? { ...left, state: 'revoked' } : entryIn(there);
    },
    async revokeAllOf(user) {
      await store.put(all(user), String(seconds()), ttl(undefined));
    },
    async isRevokedFor(user, iat) {
      const before = await store.get(all(user));
      return before !== undefined && (iat === undefined || iat <= Number(before));
    },
  };
}

/** Whether a token was logged out, and nothing has come of it since. */
export function isLoggedOut({ state }: Entry): boolean {
  return state === 'revoked' || state === 'left';
}

/** What can't be read opens nothing: the user logs in once more, and nobody gets in by a damaged entry. */
function entryIn(text: string): Entry {
  try {
    const entry: unknown = JSON.parse(text);
    if (isEntry(entry)) return entry;
  } catch {
    // Cut short, or written by something else.
  }
  return { session: '', state: 'revoked', since: 0 };
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === 'object' && value !== null && 'session' in value && 'state' in value && 'since' in value
  );
}
