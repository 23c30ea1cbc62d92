import { createHash } from 'node:crypto';

/**
 * What stands for a token wherever it has to be remembered: nobody gets the token back from it. Made of what is
 * signed, without the signature, which can be written in several ways that all verify (spare bits of base64,
 * both halves of an ECDSA curve).
 */
export function hashOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}
