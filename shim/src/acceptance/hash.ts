import { createHash } from 'node:crypto';

/**
 * What stands for a token wherever it has to be remembered: nobody gets the token back from it. Made of what is
 * signed, without the signature, which can be written in several ways that all verify (spare bits of base64,
 * both halves of an ECDSA curve). An opaque token counts as it is.
 */
export function hashOf(token: string): string {
  const [head, payload, signature, ...rest] = token.split('.');
  const isSigned = signature !== undefined && !rest.length;
  return createHash('sha256')
    .update(isSigned ? `${head}.${payload}` : token)
    .digest('base64url');
}
