import type { NodePath } from '@babel/traverse';
import type { CallPath } from '../callers.js';
import { type Definition, definitionOf, propertyName } from '../definitions.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { madeWith } from './makers.js';
import type { OutgoingRequest } from './requests.js';

/** A request of a client that was made elsewhere: `http.post(url)` of `const http = ky.create(…)`. */
export function byMade(
  sources: Sources,
  file: SourceFile,
  path: CallPath,
  callee: Definition,
): OutgoingRequest | undefined {
  const owner = callee.kind === 'member' ? callee.of : callee;
  const library = owner.kind === 'value' ? libraryOf(sources, owner.path) : undefined;
  if (library === undefined) return undefined;
  const method = callee.kind === 'member' ? callee.name : '';
  const [url, options] = path.get('arguments') as NodePath[];
  const common = { file, path, client: 'fetch', made: true, ready: true, body: [], optionsIndex: 1 } as const;
  // Of GraphQL the document says what is asked.
  if (library === 'graphql-request')
    return /^(?:raw)?request$/i.test(method) ? { ...common, method: 'post', bodyAt: path } : undefined;
  const given = { ...(url ? { url } : {}), ...(options ? { options } : {}) };
  if (library === 'ky' && /^(?:|get|post|put|patch|delete|head)$/.test(method)) {
    const bodyAt = parsedCall(path);
    return { ...common, ...given, ...(method ? { method } : {}), ...(bodyAt ? { bodyAt } : {}) };
  }
  const fetches = /^(?:ofetch)?$/.test(library) && method === '';
  return fetches ? { ...common, ...given, bodyAt: path } : undefined;
}

/** The package whose client an expression is, made by it or from another of its clients. */
function libraryOf(sources: Sources, path: NodePath, depth = 0): string | undefined {
  if (!path.isCallExpression() && !path.isNewExpression()) return undefined;
  const callee = definitionOf(sources, path.get('callee') as NodePath);
  const own = madeWith(callee);
  if (own !== undefined) return own;
  const from = callee.kind === 'member' && /^(?:extend|create)$/.test(callee.name) ? callee.of : undefined;
  return from?.kind === 'value' && depth < 3 ? libraryOf(sources, from.path, depth + 1) : undefined;
}

/** The `.json()` right after a request. */
export function parsedCall({ parentPath: member }: NodePath): NodePath | undefined {
  const parses = member?.isMemberExpression() && propertyName(member.node) === 'json';
  return parses && member.parentPath.isCallExpression() ? member.parentPath : undefined;
}
