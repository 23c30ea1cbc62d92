import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { removeHeader } from '../request/headers.js';

const PREFIX = 'session.';

/**
 * A session's cookie in another form, for clients that keep no cookies (`bearer: true`): opaque, and worth
 * nothing once the session has ended.
 */
export function handleOf(sessionId: string, [secret = '']: readonly string[]): string {
  return `${PREFIX}${Buffer.from(sessionId).toString('base64url')}.${signature(sessionId, secret)}`;
}

/** The session id in a handle that one of the secrets has signed, taken off the request. */
export function takeHandle(req: IncomingMessage, secrets: readonly string[]): string | undefined {
  const [scheme, handle] = (req.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !handle?.startsWith(PREFIX)) return undefined;
  removeHeader(req, 'authorization');
  const [id = '', signed = ''] = handle.slice(PREFIX.length).split('.');
  const sessionId = Buffer.from(id, 'base64url').toString();
  return secrets.some((secret) => same(signed, signature(sessionId, secret))) ? sessionId : undefined;
}

/** Whether a client is to be given a handle: no browser, whose scripts it would be open to, and no cookie jar. */
export function wantsHandle({ headers }: IncomingMessage): boolean {
  return (
    headers['sec-fetch-site'] === undefined && headers.origin === undefined && headers.cookie === undefined
  );
}

function signature(sessionId: string, secret: string): string {
  return createHmac('sha256', secret).update(`handle:${sessionId}`).digest('base64url');
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
