import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, lastNameOf, propertyName } from '../../definitions.js';
import { type Use, usesOf } from '../../flow/follow.js';
import { isMint, type ReadSite } from '../../site.js';
import { usesOfRead } from '../../sites/requests.js';
import { textOf } from '../../source.js';
import type { Sources } from '../../sources.js';
import { isEntryPut } from './entries.js';
import { outermost } from './found.js';
import { sqlGiven } from './sql.js';

const HASHERS = /^(?:bcrypt\w*|argon2|scrypt)$/i;
const HASHES = /^hash(?:Sync|Raw)?$/;
const COMPARES = /^(?:compare(?:Sync)?|verify)$/;
const DEEPEST = 3;

/** What becomes of a token, and of the digests that are made of it. */
export function usesWithDigests(sources: Sources, site: ReadSite | { readonly path: NodePath }): Use[] {
  const digests = new Set<NodePath>();
  const written = new Set<NodePath>();
  const ends = (path: NodePath) => {
    const digest = digestOf(sources, path, 0);
    if (digest) digests.add(digest);
    else if (isWritten(path)) written.add(path);
    return digest !== undefined || written.has(path);
  };
  const isRead = 'role' in site && !isMint(site);
  const uses = isRead ? usesOfRead(sources, site.path, ends) : usesOf(sources, site.path, [], ends);
  const stops = (path: NodePath) => {
    if (isWritten(path)) written.add(path);
    return written.has(path);
  };
  const ofDigests = [...digests].flatMap((digest) => usesOf(sources, digest, [], stops));
  const kept = [...written].map((path): Use => ({ kind: 'stored', path, trail: [], part: 'token' }));
  return [...uses, ...ofDigests, ...kept];
}

/** Whether the call says it all: SQL, a comparison with a digest, a key of a cache, whatever function of the application runs it. */
function isWritten(path: NodePath): boolean {
  if (sqlGiven(path) || comparisonAt(path)) return true;
  const call = path.listKey === 'arguments' && path.key !== 0 ? path.parentPath : undefined;
  return call?.isCallExpression() === true && isEntryPut(call);
}

/** The expression that is the digest of what a place hands over: `await bcrypt.hash(token, 10)`, `hashOf(token)`. */
function digestOf(sources: Sources, path: NodePath, depth: number): NodePath | undefined {
  const call = path.listKey === 'arguments' ? path.parentPath : undefined;
  const callee = call?.isCallExpression() ? (call.get('callee') as NodePath) : undefined;
  if (!call?.isCallExpression() || !callee || depth > DEEPEST) return undefined;
  const method = propertyName(callee.node);
  const holder = callee.isMemberExpression() ? callee.get('object') : undefined;
  if (path.key === 0 && HASHES.test(method ?? '') && HASHERS.test((holder && lastNameOf(holder)) ?? ''))
    return outermost(call);
  if (
    method === 'update' &&
    holder &&
    /\bcreateH(?:ash|mac)\(/.test(textOf(sources.fileOf(holder), holder.node))
  )
    return digested(call);
  const called = definitionOf(sources, callee);
  return called.kind === 'function' && returnsDigest(sources, called.path, Number(path.key), depth)
    ? outermost(call)
    : undefined;
}

/** `createHash('sha256').update(token)` → with `.digest('hex')` */
function digested(call: NodePath): NodePath | undefined {
  const member = call.key === 'object' ? call.parentPath : undefined;
  const finishing =
    member?.key === 'callee' && propertyName(member.node) === 'digest' ? member.parentPath : undefined;
  return finishing ?? undefined;
}

/** Whether all that a function does with a parameter is to return its digest. */
function returnsDigest(
  sources: Sources,
  called: NodePath<t.Function>,
  index: number,
  depth: number,
): boolean {
  const parameter = called.node.params[index];
  const references = t.isIdentifier(parameter)
    ? (called.scope.bindings[parameter.name]?.referencePaths ?? [])
    : [];
  return (
    references.length > 0 &&
    references.every((one) => {
      const digest = digestOf(sources, one, depth + 1);
      return digest !== undefined && (digest.parentPath?.isReturnStatement() || digest.parentPath === called);
    })
  );
}

/** The call that compares a place's value with a digest, or the digest with a value: `bcrypt.compare(token, kept)`. */
export function comparisonAt(path: NodePath): NodePath<t.CallExpression> | undefined {
  const call = path.listKey === 'arguments' ? path.parentPath : undefined;
  if (!call?.isCallExpression()) return undefined;
  const callee = call.get('callee');
  const holder = callee.isMemberExpression() ? callee.get('object') : undefined;
  const compares =
    COMPARES.test(propertyName(callee.node) ?? '') && HASHERS.test((holder && lastNameOf(holder)) ?? '');
  return compares && call.node.arguments.length === 2 ? call : undefined;
}

/** What a token is compared with, where a digest of it is kept. */
export function comparedWith(path: NodePath): NodePath | undefined {
  const call = comparisonAt(path);
  const others = call ? (call.get('arguments') as NodePath[]).filter((one) => one !== path) : [];
  return others[0];
}
