import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { withoutItems } from '../lists.js';
import { type Edited, isMade } from './leftover.js';

/**
 * `useCallback(() => …, [token])` of a function that reads no token any more. It stays where other hooks watch what
 * this one answers: they ran anew with each token.
 */
export function unreadDependencies(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isCallExpression() || !/^(?:React\.)?use(?:Callback|Memo)$/.test(String(path.get('callee'))))
      continue;
    const [work, list] = path.get('arguments') as NodePath[];
    if (!work?.isFunction() || !list?.isArrayExpression() || !isMade(edited, file, work)) continue;
    const unread = list.get('elements').filter((one) => one.node && !isReadIn(one as NodePath, work));
    if (!unread.length || isWatched(edited.sources, path)) continue;
    const going = unread.filter((one) => wasRead(edited, file, path, one as NodePath));
    if (!going.length) continue;
    const elements = list.node.elements.filter((one) => one !== null);
    found.push(withoutItems(file, elements, new Set(going.flatMap(({ node }) => node ?? []))));
  }
  return found;
}

/** Whether a function mentions what a dependency is read from. */
function isReadIn(dependency: NodePath, work: NodePath): boolean {
  const root = rootOf(dependency);
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  return !binding || binding.referencePaths.some((reference) => reference.isDescendant(work));
}

function rootOf(path: NodePath): NodePath {
  const object =
    path.isMemberExpression() || path.isOptionalMemberExpression() ? path.get('object') : undefined;
  return object ? rootOf(object as NodePath) : path;
}

/** Whether the same hook's function mentioned it before the edits. */
function wasRead({ before }: Edited, file: SourceFile, hook: NodePath, dependency: NodePath): boolean {
  const read = new RegExp(`(?<![\\w$.])${String(rootOf(dependency)).replaceAll('$', '\\$')}(?![\\w$])`);
  const name = variableOf(hook);
  return [...(before.at(file.path)?.paths.values() ?? [])].some(
    (old) =>
      old.isCallExpression() &&
      String(old.get('callee')) === String(hook.get('callee')) &&
      variableOf(old) === name &&
      read.test(String(old.get('arguments')[0])),
  );
}

function variableOf({ parent }: NodePath): string | undefined {
  return t.isVariableDeclarator(parent) && t.isIdentifier(parent.id) ? parent.id.name : undefined;
}

/** Whether some hook runs anew with what another answers, or it goes where nobody can tell. */
function isWatched(sources: Sources, hook: NodePath): boolean {
  const own = variableOf(hook);
  if (own === undefined) return true;
  // `const { request: send } = useFetch()`, `<Row request={request} />`
  const names = new Set([own]);
  for (let size = 0; size < names.size; ) {
    size = names.size;
    for (const path of sources.naming(...names).flatMap((file) => [...file.paths.values()])) {
      const other = calledElsewhere(path.node, names);
      if (other !== undefined) names.add(other);
    }
  }
  return sources
    .naming(...names)
    .flatMap((file) => [...file.paths.values()])
    .some(
      (path) => isIn(path, names) && (isDependency(path) || path.parentPath?.isReturnStatement() === true),
    );
}

function calledElsewhere(node: t.Node, names: ReadonlySet<string>): string | undefined {
  if (t.isObjectProperty(node) && names.has(keyName(node) ?? ''))
    return t.isIdentifier(node.value) ? node.value.name : undefined;
  if (!t.isJSXAttribute(node) || !t.isJSXExpressionContainer(node.value)) return undefined;
  const { expression } = node.value;
  return t.isIdentifier(expression) && names.has(expression.name) ? String(node.name.name) : undefined;
}

function isIn(path: NodePath, names: ReadonlySet<string>): boolean {
  const name = path.isIdentifier() ? path.node.name : propertyName(path.node);
  return name !== undefined && names.has(name);
}

/** `[request]`, `[http.request]` at the end of a hook. */
function isDependency({ parentPath: list }: NodePath): boolean {
  const call = list?.isArrayExpression() && list.listKey === 'arguments' ? list.parentPath : undefined;
  return call?.isCallExpression() === true && /^(?:React\.)?use[A-Z]/.test(String(call.get('callee')));
}
