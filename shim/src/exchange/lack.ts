import { hasShape } from '../acceptance/verify.js';
import type { Lack } from '../request/visit.js';

/** What is missing, as clients of JWTs are told: an ended session and an expired token look alike to them. */
export function lackOf(sessionId: string | undefined, refusal: string | undefined, token?: string): Lack {
  if (refusal === undefined) return sessionId === undefined ? 'absent' : 'expired';
  if (refusal === 'signature') return 'forged';
  if (token !== undefined && !hasShape(token)) return 'shapeless';
  return ['expired', 'spent', 'ended', 'marker', 'window-closed'].includes(refusal) ? 'expired' : 'invalid';
}
