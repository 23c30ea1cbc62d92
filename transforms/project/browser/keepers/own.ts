import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../../definitions.js';
import type { Sources } from '../../sources.js';
import { membersAbove } from '../answers.js';
import { type AttachedHeader, tokenNameOf } from '../headers.js';
import type { Kept } from '../keepers.js';
import { isTokenName } from '../names.js';
import type { StorageAccess } from '../storage.js';
import { objectOf, tokenFields } from './options.js';

/** What a function of the application's own keeps under the key that it is called with. */
export interface OwnKept extends Kept {
  readonly path: StorageAccess['path'];
  readonly file: StorageAccess['file'];
}

/**
 * The calls that read and write storage at once, `useLocalStorage('token', null)` of the application's own: what they
 * answer goes on as it is.
 */
export function ownKept(
  sources: Sources,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): OwnKept[] {
  const calls = new Map<t.Node, StorageAccess[]>();
  for (const access of accesses.filter(({ through }) => through))
    calls.set(access.path.node, [...(calls.get(access.path.node) ?? []), access]);
  return [...calls.values()].flatMap((group): OwnKept[] => {
    const [first] = group;
    const does = new Set(group.map(({ operation }) => operation));
    if (
      first?.key === undefined ||
      /^(?:cookie|library)$/.test(first.storage) ||
      !does.has('get') ||
      !does.has('set')
    )
      return [];
    const { storage, key, path, file } = first;
    const fields = new Set([...fieldsIn(sources, path), ...fieldsAttached(path, key, headers)]);
    const trails = isTokenName(key) ? [[]] : [...fields].map((field) => [field]);
    return [{ library: calledName(path), storage, key, trails, path, file }];
  });
}

/** Tokens among the fields of what is kept, by what stands there at first and by what is read. */
export function fieldsIn(sources: Sources, path: NodePath): string[] {
  const given = path.isCallExpression() ? (path.get('arguments') as NodePath[]) : [];
  const state = given[1] && objectOf(sources, given[1]);
  const declarator = path.parentPath;
  const id = declarator?.isVariableDeclarator() ? declarator.node.id : undefined;
  const [first] = t.isArrayPattern(id) ? id.elements : [id];
  const binding = t.isIdentifier(first) ? declarator?.scope.getBinding(first.name) : undefined;
  const read = (binding?.referencePaths ?? []).flatMap((reference) => {
    const [head, next] = membersAbove(reference).names;
    const name = head === 'value' ? next : head;
    return name !== undefined && isTokenName(name) ? [name] : [];
  });
  return [...new Set([...(state ? tokenFields(state) : []), ...read])];
}

/** Tokens in what a call keeps, by the headers that they are attached to: `user.token` of `useStorage('user')`. */
export function fieldsAttached(path: NodePath, key: string, headers: readonly AttachedHeader[]): string[] {
  const declarator = path.parentPath;
  const id = declarator?.isVariableDeclarator() ? declarator.node.id : undefined;
  const [first] = t.isArrayPattern(id) ? id.elements : [id];
  const names = [key, ...(t.isIdentifier(first) ? [first.name] : [])].filter((name) => /^\w+$/.test(name));
  const found = headers.flatMap(({ value, foreign }) => {
    const token = foreign ? undefined : tokenNameOf(value);
    if (token === undefined || !isTokenName(token)) return [];
    const read = new RegExp(`\\b(?:${names.join('|')})\\??\\.(?:value\\??\\.)?${token}\\b`);
    return read.test(String(value)) ? [token] : [];
  });
  return [...new Set(found)];
}

function calledName(path: NodePath): string {
  const callee = path.isCallExpression() ? path.node.callee : undefined;
  return (t.isIdentifier(callee) ? callee.name : callee && propertyName(callee)) ?? 'the application';
}
