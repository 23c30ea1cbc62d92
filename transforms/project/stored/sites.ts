import type { Common, ReadSite } from '../site.js';
import type { Revocation } from './lookups.js';
import type { TokenRecord } from './records.js';
import type { Answered } from './refresh/answers.js';
import type { Everywhere } from './refresh/everywhere.js';
import type { Write } from './writes.js';

/** A login token that came with a request is searched for in what the application keeps. */
export interface TokenLookUpSite extends Common<'guard'> {
  readonly kind: 'token-lookup';
  readonly read: ReadSite;
  /** What searches, as the code says it. */
  readonly text: string;
  /** What it decides, where the session module can do it. */
  readonly revocation?: Revocation;
  /** The places that change what it searches. */
  readonly writes: readonly Write[];
}

/** A login token is put into what the application keeps, or taken out at a logout; nothing else is done. */
export interface TokenRecordSite extends Common<'store' | 'drop'> {
  readonly kind: 'token-record';
  readonly what: 'kept' | 'taken';
  readonly record: TokenRecord;
}

/** A refresh token that came with a request is searched for in what the application keeps. */
export interface RefreshLookUpSite extends Common<'guard'> {
  readonly kind: 'refresh-lookup';
  readonly answered: Answered;
}

/** A refresh token is read off the row that has it. */
export interface RowTokenSite extends Common<'read'> {
  readonly kind: 'row-token';
}

/** All tokens of a user are taken back at once. `path` is what does it. */
export interface EverywhereSite extends Common<'drop'> {
  readonly kind: 'everywhere';
  readonly taken:
    | { readonly family: 'session'; readonly write: Write; readonly lookUp: TokenLookUpSite }
    | { readonly family: 'refresh'; readonly everywhere: Everywhere };
}
