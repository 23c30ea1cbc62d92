import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { propertyName } from '../../definitions.js';
import { intoPattern } from '../../flow/names.js';
import type { Sources } from '../../sources.js';
import { isAbsent } from '../absent.js';
import type { Kept } from '../keepers.js';
import type { StorageAccess } from '../storage.js';
import { cookieChanges } from './cookies.js';

/** Hooks that hand out the value of an atom and what sets it, or one of both. */
const OF_ATOMS = /^use(?:Set|Reset)?Atom$/;

/** Where code takes away what is kept by a call: `setToken(null)`, `token.value = null`, `removeCookie('token')`. */
export function clearsOf(sources: Sources, path: NodePath, { storage, key, trails }: Kept): StorageAccess[] {
  if (storage === 'cookie')
    return cookieChanges(sources, path, key).filter(({ value }) => !value || isAbsent(value));
  if (!trails.length) return [];
  return answersTo(sources, path).flatMap(({ path: reference, trail }) =>
    clearedBy(sources, reference, trail[0]).map((at) => ({
      file: sources.fileOf(at),
      path: at,
      storage,
      operation: 'remove',
      key,
      kept: true,
    })),
  );
}

/** The mentions of what a call answers; `1` leads the trail of what sets it, `2` of what removes it. */
function answersTo(sources: Sources, path: NodePath): { path: NodePath; trail: readonly string[] }[] {
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
  // `setToken(null)`, `removeToken()`
  if (reference.key === 'callee' && parent.isCallExpression()) {
    const [first] = parent.get('arguments') as NodePath[];
    return part === '2' || (part === '1' && (!first || isAbsent(first))) ? [parent] : [];
  }
  // `useSetAtom(tokenAtom)`
  if (reference.listKey === 'arguments' && parent.isCallExpression()) {
    const name = t.isIdentifier(parent.node.callee) ? parent.node.callee.name : '';
    if (!OF_ATOMS.test(name)) return [];
    const declarator = parent.parentPath;
    if (!declarator?.isVariableDeclarator()) return [];
    const id = declarator.get('id') as NodePath;
    const trail = id.isArrayPattern() ? ['1'] : [];
    const resets = name === 'useResetAtom' ? '2' : '1';
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
