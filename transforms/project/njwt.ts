import type { NodePath } from '@babel/traverse';
import { heldObstacle } from './held-claims.js';
import type { CheckSite, MintSite } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** Methods of what njwt makes that a session has an option for, or no need of. */
const LIKE = new Set([
  'setExpiration',
  'setSubject',
  'setIssuer',
  'setJti',
  'setHeader',
  'setSigningAlgorithm',
  'compact',
]);

/** What is set in the making of a token that no session can be told, as it is written. */
export function unlikeInToken({ chain, file }: MintSite): string | undefined {
  for (const [method, link] of chain ?? []) {
    const [given] = link.get('arguments') as NodePath[];
    if (!LIKE.has(method)) return `${method}(${given ? textOf(file, given.node) : ''})`;
  }
  return undefined;
}

/** What njwt's errors and tokens have, and no session. */
const OF_TOKEN = /\b(?:parsedBody|parsedHeader|jwtString|innerError|jti)\b/;

/** Why a check by njwt can't ask the session, in words. */
export function njwtObstacle(site: CheckSite, sources: Sources): string | undefined {
  if (!site.key) return 'no key is given, so that anybody can make such a token';
  const asking = sources
    .mentioning('parsedBody', 'parsedHeader', 'jwtString', 'innerError', 'jti')
    .find((one) => !one.test && OF_TOKEN.test(one.text));
  if (asking) return `${asking.path} asks for ${OF_TOKEN.exec(asking.text)?.[0]}, which a session has not`;
  return heldObstacle(site, 'body', sources);
}
