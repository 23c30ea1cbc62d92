import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { callsOf } from '../../callers.js';
import { type Definition, keyName } from '../../definitions.js';
import { originsOf } from '../../flow/origins.js';
import type { Sources } from '../../sources.js';
import { membersAbove } from '../answers.js';
import type { AttachedHeader } from '../headers.js';
import type { Kept } from '../keepers.js';
import { isTokenName } from '../names.js';
import type { StorageAccess } from '../storage.js';
import { fixedString } from '../strings.js';

/** Hooks and composables that show again what uses them when a cookie has changed, by the package they come from. */
const WATCHING = new Set(['react-cookie', '@vueuse/integrations/useCookies', '@vueuse/integrations']);

/** Whether a call watches cookies: `useCookies(['token'])`. */
export function watchesCookies(callee: Definition): boolean {
  return callee.kind === 'package' && WATCHING.has(callee.module) && callee.name.at(-1) === 'useCookies';
}

/** The cookies that hold tokens among those that `useCookies(['token'])` watches. */
export function cookiesOf(
  sources: Sources,
  path: NodePath,
  callee: Definition,
  accesses: readonly StorageAccess[],
  headers: readonly AttachedHeader[],
): Kept[] {
  if (!watchesCookies(callee) || callee.kind !== 'package' || !path.isCallExpression()) return [];
  const [list] = path.get('arguments') as NodePath[];
  const listed = list?.isArrayExpression()
    ? (list.get('elements') as NodePath[]).map((one) => (one.node ? fixedString(sources, one) : undefined))
    : [];
  const file = sources.fileOf(path);
  const here = accesses.filter((access) => access.kept && access.file === file);
  const keys = [
    ...listed,
    ...keysRead(path),
    ...[...changesOf(sources, path), ...here].map(({ key }) => key),
  ];
  const fields = fieldsKept(sources, headers);
  return [...new Set(keys)].flatMap((key): Kept[] => {
    const inside = key === undefined ? undefined : fields.get(key);
    if (key === undefined || !(inside || isTokenName(key))) return [];
    const trails = inside ? [...inside].map((field) => [field]) : [[]];
    return [{ library: callee.module, storage: 'cookie', key, trails }];
  });
}

/** Where cookies that are watched hold tokens inside of objects: the fields by the cookies' names. */
function fieldsKept(
  sources: Sources,
  headers: readonly AttachedHeader[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (key: string | undefined, field: string | undefined) => {
    if (key === undefined || field === undefined || !isTokenName(field)) return;
    found.set(key, (found.get(key) ?? new Set()).add(field));
  };
  const watching = new Set<t.Node>();
  for (const file of sources.mentioning('useCookies').filter(({ test }) => !test))
    for (const { path, callee } of callsOf(sources, file)) {
      if (!watchesCookies(callee)) continue;
      watching.add(path.node);
      for (const [key, field] of namesRead(path)) add(key, field);
      for (const { key, value } of changesOf(sources, path))
        if (value?.isObjectExpression()) for (const one of value.node.properties) add(key, keyName(one));
    }
  for (const { value, foreign } of watching.size ? headers : []) {
    if (foreign) continue;
    for (const { path, trail } of originsOf(sources, value))
      if (watching.has(path.node) && trail[0] === '0') add(trail[1], trail[2]);
  }
  return found;
}

/** `cookies.token`, `const [{ token }] = useCookies()` */
function keysRead(path: NodePath): string[] {
  const [values] = patternOf(path);
  if (t.isObjectPattern(values)) return values.properties.flatMap((one) => keyName(one) ?? []);
  return namesRead(path).flatMap(([key]) => key ?? []);
}

/** The names that lead from what is watched: `auth`, `token` of `cookies.auth.token`. */
function namesRead(path: NodePath): (readonly string[])[] {
  const [values] = patternOf(path);
  const binding = t.isIdentifier(values) ? path.scope.getBinding(values.name) : undefined;
  return (binding?.referencePaths ?? []).map((reference) => membersAbove(reference).names);
}

/** A call of what a hook answers to change a cookie with, or to remove one. */
interface Change {
  readonly path: NodePath;
  readonly key: string | undefined;
  readonly value?: NodePath;
}

/** `setCookie('token', value)`, `removeCookie('token')` of `const [cookies, setCookie, removeCookie] = useCookies()`. */
function changesOf(sources: Sources, path: NodePath): Change[] {
  const [, setter, remover] = patternOf(path);
  return [setter, remover].flatMap((name, index) => {
    const binding = t.isIdentifier(name) ? path.scope.getBinding(name.name) : undefined;
    return (binding?.referencePaths ?? []).flatMap((reference): Change[] => {
      const { parentPath: call } = reference;
      if (!call?.isCallExpression() || reference.key !== 'callee') return [];
      const [first, second] = call.get('arguments') as NodePath[];
      const key = first && fixedString(sources, first);
      return [{ path: call, key, ...(index === 0 && second ? { value: second } : {}) }];
    });
  });
}

/** Where such a hook is told to change or to remove a cookie. */
export function cookieChanges(sources: Sources, path: NodePath, key: string): StorageAccess[] {
  return changesOf(sources, path)
    .filter((change) => change.key === key)
    .map(({ path: call, value }) => ({
      file: sources.fileOf(call),
      path: call,
      storage: 'cookie',
      operation: value ? 'set' : 'remove',
      key,
      kept: true,
      ...(value ? { value } : {}),
    }));
}

function patternOf({ parentPath: declarator }: NodePath): readonly (t.Node | null)[] {
  const id = declarator?.isVariableDeclarator() ? declarator.node.id : undefined;
  return t.isArrayPattern(id) ? id.elements : [];
}
