import onHeaders from 'on-headers';
import type { Handler } from '../cutover.js';

/**
 * Middleware for the place in front of an application's own CORS middleware: these origins get credentials, whatever
 * is set after it; the others are answered as before.
 * @param origins as browsers send them (`https://app.example.com`); asked for each request
 * @see https://fetch.spec.whatwg.org/#cors-protocol-and-credentials a star allows no credentials
 */
export function allowCredentialsTo(origins: () => readonly string[]): Handler {
  return (req, res, next) => {
    const { origin } = req.headers;
    if (origin && origins().includes(origin))
      onHeaders(res, () => {
        res.setHeader('Access-Control-Allow-Origin', origin);
        res.setHeader('Access-Control-Allow-Credentials', 'true');
        res.appendHeader('Vary', 'Origin');
      });
    next();
  };
}
