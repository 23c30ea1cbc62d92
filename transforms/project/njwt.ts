import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';
import { usesOf } from './flow/follow.js';
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
  const { call, key, file, callback } = site;
  if (!key) return 'no key is given, so that anybody can make such a token';
  const asking = sources
    .mentioning('parsedBody', 'parsedHeader', 'jwtString', 'innerError', 'jti')
    .find((one) => !one.test && OF_TOKEN.test(one.text));
  if (asking) return `${asking.path} asks for ${OF_TOKEN.exec(asking.text)?.[0]}, which a session has not`;
  if (callback)
    return verifiedParameter(callback)
      ? undefined
      : `the callback takes what ${textOf(file, call.node.callee)} yields in a way that is not seen`;
  const read = usesOf(sources, call).map(({ path, trail }) => (trail.length ? undefined : nameRead(path)));
  const other = read.find((name) => name !== undefined && name !== 'body') ?? nameTaken(call);
  if (other !== undefined) return `the code asks for the token's ${other}, and a session has claims alone`;
  const header = usesOf(sources, call, ['header']).some(({ trail }) => !trail.length);
  return header ? 'the header of the token is asked for, and a session has none' : undefined;
}

/** The property of a value that is read where it is used. */
export function nameRead(path: NodePath): string | undefined {
  const access = path.parentPath;
  return path.key === 'object' && access ? propertyName(access.node) : undefined;
}

/** The name of another property than the claims that a pattern takes out of what a check yields. */
function nameTaken(call: NodePath): string | undefined {
  const holder = call.parentPath;
  const id = holder?.isVariableDeclarator() ? holder.get('id') : undefined;
  if (!id?.isObjectPattern()) return undefined;
  return id.node.properties.map((one) => keyName(one) ?? 'all').find((name) => name !== 'body');
}

/** The second parameter of a callback and every place that reads the claims off it, where nothing else is done. */
export function verifiedParameter(
  callback: NodePath,
): { parameter: NodePath<t.Identifier>; reads: readonly NodePath[] } | undefined {
  if (!callback.isFunction()) return undefined;
  const parameter = callback.get('params')[1];
  const binding = parameter?.isIdentifier() ? callback.scope.getBinding(parameter.node.name) : undefined;
  if (!parameter?.isIdentifier() || !binding?.constant) return undefined;
  const reads = binding.referencePaths.flatMap((path) =>
    nameRead(path) === 'body' && path.parentPath ? [path.parentPath] : [],
  );
  return reads.length === binding.referencePaths.length ? { parameter, reads } : undefined;
}
