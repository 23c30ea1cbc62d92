import type { NodePath } from '@babel/traverse';
import { propertyName } from './definitions.js';
import { stringOf } from './flow/origins.js';
import type { CheckSite, MintSite } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** Methods of jose's `SignJWT` that a session has an option for, or no need of. */
const LIKE = new Set([
  'setProtectedHeader',
  'setIssuedAt',
  'setSubject',
  'setIssuer',
  'setAudience',
  'setJti',
  'sign',
]);

/** What a chain of `SignJWT` sets that no session can be told, as it is written. */
export function unlikeInChain(site: MintSite, sources: Sources): string | undefined {
  for (const [method, link] of site.chain ?? []) {
    const [given] = link.get('arguments') as NodePath[];
    const odd =
      method === 'setExpirationTime'
        ? !given || (!isDuration(given, sources) && !isMoment(given))
        : !LIKE.has(method) || (method === 'setIssuedAt' && given);
    if (odd) return `${method}(${given ? textOf(site.file, given.node) : ''})`;
  }
  return undefined;
}

/** Whether a lifetime is a text such as `2h`: a number would be a point in time. */
function isDuration(path: NodePath, sources: Sources): boolean {
  const fixed = stringOf(sources, path);
  if (fixed !== undefined) return /^\s*\d+(?:\.\d+)?\s*[a-z]+\s*$/i.test(fixed);
  const text = path.isLogicalExpression() ? (path.get('left') as NodePath) : path;
  return text.isMemberExpression() && /\bprocess\.env\b/.test(textOf(sources.fileOf(text), text.node));
}

/** Whether an end is counted from now in seconds, as the claim `exp` is: `Math.floor(Date.now() / 1000) + 3600`. */
export function isMoment(path: NodePath): boolean {
  return path.isBinaryExpression({ operator: '+' }) && /\bDate\b/.test(path.toString());
}

/** Where the code tells the errors of jose apart by their own names and codes, which a session's errors do not have. */
export function joseErrorAskedFor({ call }: CheckSite, { listed }: Sources): string | undefined {
  const named = listed.find(({ text }) =>
    /\bERR_JW[A-Z_]+|\bJOSEError|\bJWTExpired|\bJWSSignature/.test(text),
  );
  if (named) return `the errors of jose are told apart by their names in ${named.path}`;
  const attempt = call.findParent((above) => above.isTryStatement());
  const handler = attempt?.isTryStatement() ? attempt.get('handler') : undefined;
  const caught = handler?.isCatchClause() ? handler.get('param') : undefined;
  const binding = caught?.isIdentifier() && handler ? handler.scope.getBinding(caught.node.name) : undefined;
  const asked = binding?.referencePaths.find(
    (use) => use.key === 'object' && /^(?:code|claim|reason)$/.test(propertyName(use.parent) ?? ''),
  );
  return asked && "the code asks for the error's code, which is jose's own";
}
