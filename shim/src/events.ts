/** Why a token opened no session. */
export type Refusal =
  | 'malformed'
  | 'marker'
  | 'too-large'
  | 'algorithm'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'claims'
  | 'user'
  | 'revoked'
  | 'minted-late'
  | 'spent'
  | 'ended'
  | 'window-closed'
  | 'window-not-open'
  | 'ambiguous'
  | 'cross-origin';

/** What the shim reports. None of them carries a token, a cookie or a secret. */
export type ShimEvent =
  /** A legacy token has become a session. */
  | { readonly type: 'exchanged'; readonly user: string }
  /** A legacy token, spent or not, led to the session it became before. */
  | { readonly type: 'reused'; readonly user: string }
  /** A token came beside the session that has taken its place. */
  | { readonly type: 'redundant'; readonly user: string }
  | { readonly type: 'refused'; readonly reason: Refusal }
  | { readonly type: 'started'; readonly user: string }
  | { readonly type: 'ended'; readonly user: string }
  /** A request from another origin that the session's cookie must not serve. */
  | { readonly type: 'cross-origin'; readonly origin: string | undefined }
  | { readonly type: 'store-failed'; readonly message: string }
  /** Said once: a proxy ends TLS, and Express does not trust it. */
  | { readonly type: 'proxy-not-trusted'; readonly message: string };

export type Report = (event: ShimEvent) => void;

/** A listener's error must not reach a request. */
export function reporting(listener: Report | undefined): Report {
  if (!listener) return () => {};
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`cutover: onEvent threw: ${messageOf(error)}`);
    }
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
