import type { NodePath } from '@babel/traverse';
import { keyName, propertyName } from './definitions.js';
import { isRequest } from './request-places.js';
import type { Sources } from './sources.js';
import { unwrapped } from './unwrapped.js';

const remembered = new WeakMap<Sources, Map<string, readonly NodePath[]>>();

/**
 * The places that read a property which the application itself put on the request: `req.token`, the property in
 * `const { token } = req` and in `({ token }, res) => …`.
 */
export function readsOffRequest(sources: Sources, name: string): readonly NodePath[] {
  const known = remembered.get(sources) ?? new Map<string, readonly NodePath[]>();
  remembered.set(sources, known);
  const found = known.get(name) ?? findReads(sources, name);
  known.set(name, found);
  return found;
}

function findReads(sources: Sources, name: string): NodePath[] {
  const files = sources.listed.filter(
    ({ text }) => text.includes(name) && /\b_?re(?:q|s|quest|sponse)\b|Request\b/.test(text),
  );
  return files.flatMap(({ path }) => {
    const file = sources.at(path);
    return file && !file.test ? [...file.paths.values()].filter((one) => isRead(sources, one, name)) : [];
  });
}

function isRead(sources: Sources, path: NodePath, name: string): boolean {
  if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
    const written = path.key === 'left' && path.parentPath.isAssignmentExpression({ operator: '=' });
    const own = propertyName(path.node) === name && !written;
    return own && isRequest(sources, unwrapped(path.get('object') as NodePath));
  }
  if (!path.isObjectProperty() || keyName(path.node) !== name || !path.parentPath.isObjectPattern())
    return false;
  const holder = path.parentPath.parentPath;
  if (holder?.isVariableDeclarator()) {
    const init = holder.get('init');
    return init.node ? isRequest(sources, unwrapped(init as NodePath)) : false;
  }
  return (
    path.parentPath.listKey === 'params' && holder?.isFunction() === true && holder.node.params.length > 1
  );
}
