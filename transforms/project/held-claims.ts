import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { keyName, propertyName } from './definitions.js';
import { usesOf } from './flow/follow.js';
import type { CheckSite } from './site.js';
import { textOf } from './source.js';
import type { Sources } from './sources.js';

/** Why claims alone can't stand for the object that a check yields, which has them as a property; in words. */
export function heldObstacle(
  { call, callback, file }: CheckSite,
  property: string,
  sources: Sources,
): string | undefined {
  if (callback)
    return heldParameter(callback, property)
      ? undefined
      : `the callback takes what ${textOf(file, call.node.callee)} yields in a way that is not seen`;
  const read = usesOf(sources, call).map(({ path, trail }) => (trail.length ? undefined : nameRead(path)));
  const other = read.find((name) => name !== undefined && name !== property) ?? nameTaken(call, property);
  if (other === undefined || other === 'header') {
    const header = other ?? usesOf(sources, call, ['header']).find(({ trail }) => !trail.length);
    return header && 'the header of the token is asked for, and a session has none';
  }
  return `the code asks for the token's ${other}, and a session has claims alone`;
}

/** The property of a value that is read where it is used. */
export function nameRead(path: NodePath): string | undefined {
  const access = path.parentPath;
  return path.key === 'object' && access ? propertyName(access.node) : undefined;
}

/** The name of another property than the claims that a pattern takes out of what a check yields. */
function nameTaken(call: NodePath, property: string): string | undefined {
  const holder = call.parentPath;
  const id = holder?.isVariableDeclarator() ? holder.get('id') : undefined;
  if (!id?.isObjectPattern()) return undefined;
  return id.node.properties.map((one) => keyName(one) ?? 'all').find((name) => name !== property);
}

/** The second parameter of a callback and every place that reads the claims off it, where nothing else is done. */
export function heldParameter(
  callback: NodePath,
  property: string,
): { parameter: NodePath<t.Identifier>; reads: readonly NodePath[] } | undefined {
  if (!callback.isFunction()) return undefined;
  const parameter = callback.get('params')[1];
  const binding = parameter?.isIdentifier() ? callback.scope.getBinding(parameter.node.name) : undefined;
  if (!parameter?.isIdentifier() || !binding?.constant) return undefined;
  const reads = binding.referencePaths.flatMap((path) =>
    nameRead(path) === property && path.parentPath ? [path.parentPath] : [],
  );
  return reads.length === binding.referencePaths.length ? { parameter, reads } : undefined;
}
