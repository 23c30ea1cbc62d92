import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../definitions.js';
import type { StorageEventSite } from '../site.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import type { TokenPlace } from './places.js';
import { fixedString } from './strings.js';

/** Finds where a listener for the changes of other tabs asks whether it was the token that changed. */
export function storageEvents(
  sources: Sources,
  file: SourceFile,
  places: readonly TokenPlace[],
): StorageEventSite[] {
  if (!/['"`]storage['"`]|onstorage|StorageEvent/.test(file.text)) return [];
  const keys = new Set(
    places.flatMap(({ storage, field, flag, key }) => (storage === 'local' && !field && !flag ? [key] : [])),
  );
  const found: StorageEventSite[] = [];
  for (const path of file.paths.values()) {
    for (const [event, key] of comparisons(path)) {
      const fixed = isEventKey(event) ? fixedString(sources, key) : undefined;
      if (fixed === undefined || !keys.has(fixed)) continue;
      found.push({
        role: 'store',
        kind: 'storage-event',
        family: 'session',
        evidence: `the login token is stored under ${fixed}`,
        file,
        path: key,
      });
    }
  }
  return found;
}

/** What is compared with what: `a === b`, and `switch (a) { case b: }`. */
function comparisons(path: NodePath): [NodePath, NodePath][] {
  if (path.isBinaryExpression() && /^[!=]==?$/.test(path.node.operator)) {
    const left = path.get('left') as NodePath;
    const right = path.get('right');
    return [
      [left, right],
      [right, left],
    ];
  }
  const test = path.isSwitchCase() ? path.get('test') : undefined;
  const parent = path.parentPath;
  return test?.node && parent?.isSwitchStatement() ? [[parent.get('discriminant'), test as NodePath]] : [];
}

/** `event.key`, and `key` of `({ key }) => …`. */
function isEventKey(path: NodePath): boolean {
  if (path.isMemberExpression() || path.isOptionalMemberExpression())
    return propertyName(path.node) === 'key' && t.isIdentifier(path.node.object);
  const binding = path.isIdentifier() ? path.scope.getBinding(path.node.name) : undefined;
  if (binding?.kind !== 'param' || !binding.scope.path.isFunction()) return false;
  const [pattern] = binding.scope.path.node.params;
  return (
    t.isObjectPattern(pattern) &&
    pattern.properties.some(
      (one) => keyName(one) === 'key' && t.isObjectProperty(one) && one.value === binding.identifier,
    )
  );
}
