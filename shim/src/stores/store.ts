/**
 * What the shim keeps outside the process: sessions, the exchange ledger and the index of a user's sessions.
 * Values are text, times are milliseconds. Every method is atomic by itself across processes; nothing relies on
 * two of them happening together.
 */
export interface CutoverStore {
  /** For messages: `redis`, `memory`, … */
  readonly name: string;
  /** True when the sessions are lost with the process. */
  readonly volatile?: boolean;
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string, ttl: number): Promise<void>;
  /** Stores only where nothing is. Returns what was there before, `undefined` when it stored. */
  add(key: string, value: string, ttl: number): Promise<string | undefined>;
  /** Stores only where something is: what was removed stays removed. Returns whether it stored. */
  replace(key: string, value: string, ttl: number): Promise<boolean>;
  /** Stores only where `expected` is. Returns whether it stored. */
  swap(key: string, expected: string, value: string, ttl: number): Promise<boolean>;
  /** Sets the time to live. Returns whether the key was there. */
  extend(key: string, ttl: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Reads and removes in one: of several callers one gets the value. */
  take(key: string): Promise<string | undefined>;
  /** Puts a member on a list until `ttl` has passed; the list forgets those whose time is over. */
  enlist(list: string, member: string, ttl: number): Promise<void>;
  strike(list: string, member: string): Promise<void>;
  listed(list: string): Promise<readonly string[]>;
  /** Adds to the numbers that are kept under a key, in one step. */
  count(key: string, amounts: Readonly<Record<string, number>>, ttl: number): Promise<void>;
  counted(key: string): Promise<Readonly<Record<string, number>>>;
  /** Ends connections and timers that the store made itself. */
  close(): Promise<void>;
}

/** Whether a value is one of this package's stores (and not one of express-session's). */
export function isCutoverStore(value: unknown): value is CutoverStore {
  return typeof value === 'object' && value !== null && 'swap' in value && 'enlist' in value;
}
