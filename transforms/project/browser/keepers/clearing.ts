import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf, keyName, propertyName } from '../../definitions.js';
import { intoPattern } from '../../flow/names.js';
import type { Sources } from '../../sources.js';
import { isAbsent } from '../absent.js';
import type { Kept } from '../keepers.js';
import { isLogout } from '../logout.js';
import type { StorageAccess } from '../storage.js';
import { cookieChanges } from './cookies.js';
import { emptiedIn } from './pinia-uses.js';
import { PINIA } from './vue.js';

/** Hooks of jotai and recoil that hand out the value of an atom and what sets it, or one of both. */
const OF_ATOMS = /^use(?:Set|Reset)?(?:Atom|RecoilState)$/;

/** Where code takes away what is kept by a call: `setToken(null)`, `token.value = null`, `removeCookie('token')`. */
export function clearsOf(
  sources: Sources,
  path: NodePath,
  { library, storage, key, trails }: Kept,
): StorageAccess[] {
  if (storage === 'cookie')
    return cookieChanges(sources, path, key).filter(({ value }) => !value || isAbsent(value));
  if (!trails.length) return [];
  const made = atomAround(path) ?? path;
  const found =
    library === PINIA
      ? emptiedIn(sources, made, [...new Set(trails.map(([field = '']) => field))]).filter(
          // What goes by that name logs out by itself.
          (at) => !isLogout(sources, at),
        )
      : [...answersTo(sources, made), ...handedOn(sources, made)].flatMap(({ path: reference, trail }) =>
          clearedBy(sources, reference, trail[0]),
        );
  return [...new Map(found.map((at) => [at.node, at])).values()].map((at) => ({
    file: sources.fileOf(at),
    path: at,
    storage,
    operation: 'remove',
    key,
    kept: true,
  }));
}

/** `atom({ key: 'token', effects: [keep('token')] })` of recoil */
function atomAround(path: NodePath): NodePath | undefined {
  const property = path.parentPath?.isArrayExpression() ? path.parentPath.parentPath : undefined;
  if (!property?.isObjectProperty() || !/^effects(?:_UNSTABLE)?$/.test(keyName(property.node) ?? ''))
    return undefined;
  const call = property.parentPath.parentPath;
  return call?.isCallExpression() ? call : undefined;
}

interface Mention {
  readonly path: NodePath;
  readonly trail: readonly string[];
}

/** The mentions of what sets and what removes, where hooks hand it on: `const { removeToken } = useSession()`. */
function handedOn(sources: Sources, path: NodePath): Mention[] {
  const id = path.parentPath?.isVariableDeclarator() ? path.parentPath.node.id : undefined;
  if (!t.isArrayPattern(id)) return [];
  return ['1', '2'].flatMap((part) => {
    const element = id.elements[Number(part)];
    if (!t.isIdentifier(element)) return [];
    return sources
      .naming(element.name)
      .flatMap((file) => [...file.paths.values()])
      .filter((mention) => isNamed(mention, element.name) && isPart(sources, mention, path, part))
      .map((mention) => ({ path: mention, trail: [part] }));
  });
}

function isNamed(path: NodePath, name: string): boolean {
  return path.isIdentifier()
    ? path.node.name === name && path.isReferencedIdentifier()
    : propertyName(path.node) === name;
}

/** Whether an expression is one of the parts that a call answers. */
function isPart(sources: Sources, mention: NodePath, call: NodePath, part: string): boolean {
  const definition = definitionOf(sources, mention);
  return (
    definition.kind === 'member' &&
    definition.name === part &&
    definition.of.kind === 'value' &&
    definition.of.path.node === call.node
  );
}

/** The mentions of what a call answers; `1` leads the trail of what sets it, `2` of what removes it. */
function answersTo(sources: Sources, path: NodePath): Mention[] {
  const { parentPath: declarator } = path;
  if (!declarator?.isVariableDeclarator()) return [];
  const id = declarator.get('id') as NodePath;
  const parts = id.isArrayPattern() ? ['1', '2'] : [''];
  return parts.flatMap((part) =>
    intoPattern(sources, id, { path, trail: part ? [part] : [], part: 'token' }).map((value) => ({
      path: value.path,
      trail: part ? [part] : [],
    })),
  );
}

function clearedBy(sources: Sources, reference: NodePath, part: string | undefined): NodePath[] {
  const { parentPath: parent } = reference;
  if (!parent) return [];
  // `onClick={removeToken}`
  if (part === '2' && parent.isJSXExpressionContainer() && parent.parentPath.isJSXAttribute())
    return [reference];
  // `removeItem()` of use-local-storage-state
  if (part === '2' && propertyName(parent.node) === 'removeItem' && reference.key === 'object')
    return parent.parentPath?.isCallExpression() && parent.key === 'callee' ? [parent.parentPath] : [];
  // `setToken(null)`, `removeToken()`
  if (reference.key === 'callee' && parent.isCallExpression()) {
    const [first] = parent.get('arguments') as NodePath[];
    return part === '2' || (part === '1' && (!first || isAbsent(first))) ? [parent] : [];
  }
  // `useSetAtom(tokenAtom)`, `set(tokenAtom, null)`
  if (reference.listKey === 'arguments' && parent.isCallExpression()) {
    const name = nameOf(parent.node.callee);
    if (isSetToNothing(parent, name)) return [parent];
    if (!OF_ATOMS.test(name)) return [];
    const declarator = parent.parentPath;
    if (!declarator?.isVariableDeclarator()) return [];
    const id = declarator.get('id') as NodePath;
    const trail = id.isArrayPattern() ? ['1'] : [];
    const resets = name.startsWith('useReset') ? '2' : '1';
    return intoPattern(sources, id, { path: parent, trail, part: 'token' }).flatMap((value) =>
      clearedBy(sources, value.path, resets),
    );
  }
  if (!parent.isMemberExpression() || reference.key !== 'object') return [];
  const { parentPath: whole } = parent;
  // `token.value = null` of Vue, `token.set(null)` of Svelte
  if (propertyName(parent.node) === 'value' && whole?.isAssignmentExpression({ operator: '=' }))
    return parent.key === 'left' && isAbsent(whole.get('right')) ? [whole] : [];
  if (propertyName(parent.node) !== 'set' || !whole?.isCallExpression() || parent.key !== 'callee') return [];
  const [first] = whole.get('arguments') as NodePath[];
  return first && isAbsent(first) ? [whole] : [];
}

function nameOf(callee: t.Node): string {
  return (t.isIdentifier(callee) ? callee.name : propertyName(callee)) ?? '';
}

/** `set(tokenAtom, null)`, `set(tokenAtom, RESET)`, `reset(tokenState)`, as atoms and selectors that write do. */
function isSetToNothing(call: NodePath<t.CallExpression>, name: string): boolean {
  const [, value] = call.get('arguments') as NodePath[];
  return name === 'set' ? Boolean(value && isAbsent(value)) : name === 'reset' && !value;
}
