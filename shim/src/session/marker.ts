import { createHash, randomBytes } from 'node:crypto';
import { claimsOf, type Login } from './login.js';

const HEADER = Buffer.from('{"alg":"none","typ":"session-marker"}').toString('base64url');

/**
 * The public string that takes a token's place in responses: it says that there is a session, can be decoded
 * for display as the token could, is unique to its session, and opens nothing.
 */
export function markerOf(sessionId: string, login: Login): string {
  const marker = createHash('sha256').update(`marker:${sessionId}`).digest('base64url').slice(0, 16);
  return encoded({ ...claimsOf(login), marker });
}

/** A marker of no session: where the application makes one before, or without, a login. */
export function emptyMarker(): string {
  return encoded({ marker: randomBytes(12).toString('base64url') });
}

export function isMarker(token: string): boolean {
  return token.startsWith(`${HEADER}.`);
}

/** What a marker says; nothing of it is proven. */
export function claimsInMarker(token: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}

function encoded(claims: object): string {
  return `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
}
