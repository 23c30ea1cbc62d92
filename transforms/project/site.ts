import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Family, Role } from '../words.js';
import type { BareClaims } from './bare-claims.js';
import type { Arrival, LoginAnswer } from './browser/answers.js';
import type { BrowserClient } from './browser/client.js';
import type { DecodeForm } from './browser/decoding.js';
import type { LoginEndpoint } from './browser/endpoints.js';
import type { AttachedHeader } from './browser/headers.js';
import type { KeptState } from './browser/keepers.js';
import type { TokenPlace } from './browser/places.js';
import type { RefusalSite, RenewedSite, RenewSite } from './browser/refused-site.js';
import type { OutgoingRequest } from './browser/requests.js';
import type { StandInSite } from './browser/stand-ins.js';
import type { StorageAccess } from './browser/storage.js';
import type { TestStorageSite } from './browser/test-storage.js';
import type { CallPath } from './callers.js';
import type { ApplicationSite, CorsSite, OtherSessionSite } from './express/sites.js';
import type { Use } from './flow/follow.js';
import type { SharedCall } from './shared-call.js';
import type { SocketOpeningSite, SocketSite, ToldHeaderSite } from './socket-sites.js';
import type { SourceFile } from './source.js';
import type {
  EverywhereSite,
  RefreshLookUpSite,
  RowTokenSite,
  TokenLookUpSite,
  TokenRecordSite,
} from './stored/sites.js';
import type { TestToken } from './tests/tokens.js';

export type {
  ApplicationSite,
  CorsSite,
  EverywhereSite,
  OtherSessionSite,
  RefreshLookUpSite,
  RowTokenSite,
  SocketOpeningSite,
  SocketSite,
  TokenLookUpSite,
  TokenRecordSite,
  ToldHeaderSite,
};

/** What every site has. `evidence` says in words why the site belongs to its family. */
export interface Common<R extends Role> {
  readonly role: R;
  readonly family: Family;
  readonly evidence: string;
  readonly file: SourceFile;
  /** The code that the site is about, and where it is reported. */
  readonly path: NodePath;
}

/** The library of a token that is random text, which no library signs. */
export const OPAQUE = 'opaque';

/** A token is signed, or random text. */
export interface MintSite extends Common<'mint'> {
  readonly kind: 'sign';
  readonly library: string;
  readonly call: CallPath;
  readonly promisified: boolean;
  readonly claims?: NodePath;
  readonly key?: NodePath;
  readonly options?: NodePath;
  readonly algorithm?: NodePath;
  /** Its lifetime, where that is given outside of claims and options. */
  readonly expires?: NodePath;
  /** The calls of a chain that makes it, by the names of their methods. */
  readonly chain?: ReadonlyMap<string, CallPath>;
  /** The statements that make it ready before it is signed, where it is held in a variable. */
  readonly statements?: readonly NodePath[];
  readonly callback?: NodePath;
  /** It has no claims but bare text, such as an id. */
  readonly bare?: BareClaims;
  readonly shared?: SharedCall;
}

/** A token is verified or decoded. */
export interface CheckSite extends Common<'check'> {
  readonly kind: 'verify' | 'decode';
  readonly library: string;
  readonly call: CallPath;
  readonly promisified: boolean;
  readonly token?: NodePath;
  readonly key?: NodePath;
  readonly options?: NodePath;
  readonly algorithm?: NodePath;
  readonly callback?: NodePath;
  readonly shared?: SharedCall;
}

/** A library checks the token of every request by itself: a middleware or a passport strategy is made. */
export interface GatewaySite extends Common<'check'> {
  readonly kind: 'gateway';
  readonly library: 'express-jwt' | 'passport-jwt';
  readonly call: CallPath;
  /** The options as they are given. */
  readonly options?: NodePath;
  /** The object literal that the options are, here or where they are defined. */
  readonly written?: NodePath<t.ObjectExpression>;
  readonly verify?: NodePath;
}

/** A call of a library that is found and reported, and that no rule rewrites. */
export interface LibraryCallSite extends Common<'mint' | 'check'> {
  readonly kind: 'library-call';
  readonly library: string;
}

/** Where in a request a token is. */
export interface RequestPlace {
  readonly in: 'header' | 'cookie' | 'query' | 'body';
  /** Header names in lower case. */
  readonly name: string;
}

/** A token is taken from a request. `path` is the expression that yields the header or cookie as it came. */
export interface ReadSite extends Common<'read'> {
  readonly kind: 'request';
  readonly place: RequestPlace;
  readonly uses: readonly Use[];
}

/** A library that handles tokens is imported. */
export interface ImportSite extends Common<'configure'> {
  readonly kind: 'import';
  readonly library: string;
}

/** A token is kept in, read from, or taken out of a place that script can read. */
export interface StoreSite extends Common<'store'> {
  readonly kind: 'web-storage';
  readonly access: StorageAccess;
  /** Absent for `clear`, which takes out every place of its storage. */
  readonly place?: TokenPlace;
  /** For `set`: where the stored token comes from. */
  readonly arrival?: Arrival;
}

/** The state of a store, the login token in it, is kept in web storage or taken from there. */
export interface PersistedSite extends Common<'store'> {
  readonly kind: 'persisted-state';
  readonly access: StorageAccess;
  readonly place: TokenPlace & { readonly field: string };
}

/** A library keeps state in the browser, the login token in it. */
export interface KeeperSite extends Common<'store'> {
  readonly kind: 'state-keeper';
  readonly kept: KeptState;
}

/** Another tab's change to the stored token is waited for. `path` is the key that the event is compared with. */
export interface StorageEventSite extends Common<'store'> {
  readonly kind: 'storage-event';
}

/** A token is put into an outgoing request. `path` is the property, assignment or call that does it. */
export interface AttachSite extends Common<'attach'> {
  readonly kind: 'header';
  readonly attached: AttachedHeader;
}

/** Requests that are to carry the session's cookie to another origin. `path` is where that is said. */
export interface CredentialsSite extends Common<'attach'> {
  readonly kind: 'credentials';
  readonly request: OutgoingRequest;
}

/** A user is logged out in the browser. */
export interface DropSite extends Common<'drop'> {
  readonly kind: 'logout';
  readonly function: NodePath<t.Function>;
}

/** The answer to a login carries a token into the browser. */
export interface EmitSite extends Common<'emit'> {
  readonly kind: 'login-answer';
  readonly answer: LoginAnswer;
}

/** An endpoint by which a user logs in, of a library that sends its requests itself. */
export interface EndpointSite extends Common<'emit'> {
  readonly kind: 'login-endpoint';
  readonly endpoint: LoginEndpoint;
}

/** A field of an object that once held the token is read. */
export interface GuardSite extends Common<'guard'> {
  readonly kind: 'token-field';
  readonly field: string;
  /** Where it is in a template, of which there is no tree; `path` is the component's script then. */
  readonly template?: { readonly start: number; readonly end: number; readonly called: boolean };
}

/** The claims of a token are read in the browser. `path` is the expression that yields them. */
export interface DecodeSite extends Common<'check'> {
  readonly kind: 'browser-decode';
  readonly form: DecodeForm;
  /** The library that does it; absent where the code takes the token apart itself. */
  readonly library?: string;
  /** Declarations that only take the token apart for it. */
  readonly chain: readonly NodePath[];
}

/** The server sends a token that it made into the browser. */
export interface ResponseSite extends Common<'emit'> {
  readonly kind: 'response';
  readonly how: 'body' | 'cookie' | 'redirect' | 'header';
  readonly mint: MintSite;
  readonly call: CallPath;
  /** The cookie's name, when it is fixed. */
  readonly name?: string;
  /** The cookie's options. */
  readonly options?: NodePath;
  /** The text of a cookie that is put together by hand. */
  readonly cookie?: NodePath;
}

/** The server takes back a cookie that carried a token. */
export interface ClearCookieSite extends Common<'drop'> {
  readonly kind: 'clear-cookie';
  readonly call: CallPath;
  readonly name: string;
  /** The call hands no token to a function that sends it. */
  readonly through?: true;
}

/** The handler of a logout route. */
export interface LogoutRouteSite extends Common<'drop'> {
  readonly kind: 'logout-route';
  readonly function: NodePath<t.Function>;
}

/** A call that hands the request on to a function that mints, checks or reads. */
export interface PassSite extends Common<'mint' | 'check' | 'read'> {
  readonly kind: 'pass-request';
}

/** The application's entry in the browser. */
export interface EntrySite extends Common<'configure'> {
  readonly kind: 'client-entry';
  readonly client: BrowserClient;
}

/** The session module hands the old checks a JWT: only while the server's code still reads one. */
export interface PresentSite extends Common<'configure'> {
  readonly kind: 'present';
}

/** A test logs in by a request whose answer has a token, or sends that token. */
export interface TestSite extends Common<'emit' | 'attach'> {
  readonly kind: 'test-login' | 'test-request';
  readonly token: TestToken;
}

export type Site =
  | MintSite
  | CheckSite
  | GatewaySite
  | LibraryCallSite
  | ReadSite
  | ToldHeaderSite
  | TokenLookUpSite
  | RefreshLookUpSite
  | EverywhereSite
  | TokenRecordSite
  | RowTokenSite
  | ImportSite
  | StoreSite
  | PersistedSite
  | KeeperSite
  | StorageEventSite
  | AttachSite
  | SocketSite
  | CredentialsSite
  | GuardSite
  | DecodeSite
  | RenewSite
  | RefusalSite
  | RenewedSite
  | DropSite
  | EmitSite
  | EndpointSite
  | ResponseSite
  | ClearCookieSite
  | LogoutRouteSite
  | PassSite
  | EntrySite
  | ApplicationSite
  | CorsSite
  | OtherSessionSite
  | SocketOpeningSite
  | PresentSite
  | TestSite
  | StandInSite
  | TestStorageSite;

export function isMint(site: Site): site is MintSite {
  return site.kind === 'sign';
}

export function isCheck(site: Site): site is CheckSite {
  return site.kind === 'verify' || site.kind === 'decode';
}
