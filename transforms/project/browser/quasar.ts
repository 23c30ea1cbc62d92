import type { NodePath } from '@babel/traverse';
import { definitionOf, lastNameOf, propertyName } from '../definitions.js';
import type { Sources } from '../sources.js';
import type { StorageAccess } from './storage.js';

/** How Quasar calls what is done with web storage; `has` answers whether something is there. */
export const QUASAR_METHODS: Readonly<Record<string, StorageAccess['operation'] | undefined>> = {
  getItem: 'get',
  has: 'get',
  hasItem: 'get',
  set: 'set',
  setItem: 'set',
  remove: 'remove',
  removeItem: 'remove',
  clear: 'clear',
};

/** Which storage a plugin of Quasar is: `LocalStorage`, `$q.sessionStorage`, `useQuasar().localStorage`. */
export function quasarStorage(sources: Sources, path: NodePath): 'local' | 'session' | undefined {
  const definition = definitionOf(sources, path);
  const name =
    definition.kind === 'package' && definition.module === 'quasar'
      ? definition.name.at(-1)
      : isQuasar(sources, path)
        ? propertyName(path.node)
        : undefined;
  if (name === undefined) return undefined;
  return /^localStorage$/i.test(name) ? 'local' : /^sessionStorage$/i.test(name) ? 'session' : undefined;
}

/** Whether an expression is a property of `$q`, or of what `useQuasar` answers. */
function isQuasar(sources: Sources, path: NodePath): boolean {
  if (!path.isMemberExpression() && !path.isOptionalMemberExpression()) return false;
  const object = path.get('object') as NodePath;
  if (lastNameOf(object) === '$q') return true;
  const made = definitionOf(sources, object);
  if (made.kind !== 'value' || !made.path.isCallExpression()) return false;
  const asked = definitionOf(sources, made.path.get('callee') as NodePath);
  return asked.kind === 'package' && asked.module === 'quasar' && asked.name.at(-1) === 'useQuasar';
}
