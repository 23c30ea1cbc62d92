import type { IncomingMessage } from 'node:http';

/**
 * Whether another site's page may have caused this request, so that what the browser adds to it by itself (the
 * cookie) proves nothing. The rule of Go's CrossOriginProtection: needs no token and no state.
 * @see https://pkg.go.dev/net/http#CrossOriginProtection
 */
export function isCrossOrigin(req: IncomingMessage, trusted: ReadonlySet<string>): boolean {
  // Safe methods change nothing, and a link from elsewhere must lead to a page that knows its user.
  if (['GET', 'HEAD', 'OPTIONS'].includes(req.method ?? 'GET')) return false;
  return isFromElsewhere(req, trusted);
}

/** The same for any method: where the request itself would change who is logged in. */
export function isFromElsewhere(req: IncomingMessage, trusted: ReadonlySet<string>): boolean {
  const site = req.headers['sec-fetch-site'];
  const { origin } = req.headers;
  // Browsers say it themselves since 2023. `none`: typed, or from a bookmark.
  if (site === 'same-origin' || site === 'none') return false;
  if (origin !== undefined && trusted.has(origin.toLowerCase())) return false;
  if (site !== undefined) return true;
  // Neither header: no browser, or one so old that it sends neither and can't be protected here.
  if (origin === undefined) return false;
  // Older browsers: the page's host against ours. The scheme is not compared: behind a proxy it is unknown.
  return !URL.canParse(origin) || new URL(origin).host !== req.headers.host;
}
