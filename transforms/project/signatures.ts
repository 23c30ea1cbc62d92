import type { Role } from '../words.js';

/** What an export of a package does with a token, as data. Argument positions count from 0. */
export interface Signature {
  readonly package: string;
  readonly export: string;
  readonly role: Extract<Role, 'mint' | 'check'>;
  /** `decode` reads the claims without checking anything. */
  readonly kind?: 'decode';
  readonly token?: number;
  readonly claims?: number;
  readonly key?: number;
  readonly options?: number;
  /** The name of the algorithm, where it is an argument of its own. */
  readonly algorithm?: number;
  /** The callback comes last, wherever that is. */
  readonly callback?: 'last';
  /** It returns a promise. */
  readonly promised?: true;
  /**
   * The token is made by a method at the end of a chain; one before it sets the end. The key is that method's
   * argument, unless it is said to be the first call's, which may then be held in a variable as well.
   */
  readonly chain?: {
    readonly call: string;
    readonly key: number;
    readonly keyOf?: 'first';
    readonly expires: string;
  };
}
