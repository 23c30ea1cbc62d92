import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { namesOf } from '../../project/callers.js';
import { refusesUnread } from '../../project/compiler.js';
import { endOf, type SourceFile, startOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutParameter } from '../parameters.js';
import { isPure } from '../purity.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownCalls } from './removal.js';

/** `getGoals(token)` of which nothing reads the token any more, at all its calls. */
export function unreadParameters(edited: Edited, file: SourceFile): Edit[][] {
  return unreadIn(edited, file).flatMap((path) => {
    const index = lastUnread(edited, file, path);
    const calls = knownCalls(edited.sources, path);
    const filled = calls?.every(({ node }) => {
      const given = node.arguments[index];
      const spread = node.arguments.slice(0, index + 1).some((one) => t.isSpreadElement(one));
      return !spread && (!given || isPure(given, []));
    });
    return calls?.length && filled
      ? [withoutParameter(edited.sources, { function: path, index, calls })]
      : [];
  });
}

/** The last parameter of a callback: whoever calls it may give it more than it takes. */
export function unreadByCallbacks(edited: Edited, file: SourceFile): Edit[][] {
  return unreadIn(edited, file).flatMap((path) => {
    const index = lastUnread(edited, file, path);
    return index === path.node.params.length - 1 && isCallback(path)
      ? [withoutParameter(edited.sources, { function: path, index, calls: [] })]
      : [];
  });
}

/** `decrypt(token: string)` of a class whose interface promises it, where the compiler refuses what nothing reads. */
export function unreadPromised(edited: Edited, file: SourceFile): Edit[][] {
  if (!refusesUnread(edited.sources, file.path)) return [];
  return unreadIn(edited, file).flatMap((path) => {
    const parameter = path.node.params[lastUnread(edited, file, path)];
    if (!t.isIdentifier(parameter) || parameter.name.startsWith('_')) return [];
    const at = startOf(parameter);
    return path.scope.hasBinding(`_${parameter.name}`)
      ? []
      : [[{ file: file.path, start: at, end: at, text: '_' }]];
  });
}

/** The last name of `([url, token]) => …` that nothing reads any more. */
export function unreadElements(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isArrayPattern() || !path.parentPath.isFunction() || path.listKey !== 'params') continue;
    const { elements } = path.node;
    const last = elements.at(-1);
    const previous = elements.at(-2);
    const unread =
      t.isIdentifier(last) && previous && !path.scope.getBinding(last.name)?.referencePaths.length;
    if (unread && isMade(edited, file, declaredBy(path.parentPath)))
      found.push([{ file: file.path, start: endOf(previous), end: endOf(last), text: '' }]);
  }
  return found;
}

/** The functions that read less of what they are given than before. */
function unreadIn(edited: Edited, file: SourceFile): NodePath<t.Function>[] {
  const found: NodePath<t.Function>[] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !path.node.params.length || !isMade(edited, file, declaredBy(path))) continue;
    if (lastUnread(edited, file, path) >= 0) found.push(path);
  }
  return found;
}

function lastUnread(edited: Edited, file: SourceFile, path: NodePath<t.Function>): number {
  return path.node.params.findLastIndex((_, at) => isUnread(path, at) && wasRead(edited, file, path, at));
}

function isUnread(path: NodePath<t.Function>, index: number): boolean {
  const names = namesIn(path.node.params[index]);
  const bindings = names?.map((name) => path.scope.getBinding(name));
  if (!bindings?.length || readsArguments(path)) return false;
  return bindings.every((binding) => binding?.constant && !binding.referencePaths.length);
}

/** The names that a parameter gives: its own, or those of `{ token, key }`; undefined where it does more than that. */
function namesIn(parameter: t.Node | undefined): string[] | undefined {
  if (t.isIdentifier(parameter)) return [parameter.name];
  if (!t.isObjectPattern(parameter)) return undefined;
  const names = parameter.properties.map((property) =>
    t.isObjectProperty(property) && t.isIdentifier(property.value) ? property.value.name : undefined,
  );
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? known : undefined;
}

function readsArguments(path: NodePath<t.Function>): boolean {
  let reads = false;
  path.traverse({
    Identifier(inner) {
      if (inner.node.name === 'arguments') reads = true;
    },
  });
  return reads;
}

/** Whether the same function read it before the edits. */
function wasRead(
  { before, sources }: Edited,
  file: SourceFile,
  path: NodePath<t.Function>,
  index: number,
): boolean {
  const old = before.at(file.path);
  const now = namesIn(path.node.params[index]);
  if (!old || !now) return false;
  const names = namesOf(sources, path).join();
  for (const other of old.paths.values()) {
    if (!other.isFunction() || namesOf(before, other).join() !== names) continue;
    // A parameter may have come before it: the request that is handed on.
    const same = other.node.params.some((parameter) => namesIn(parameter)?.join() === now.join());
    if (same && now.some((name) => other.scope.getBinding(name)?.referencePaths.length)) return true;
  }
  return false;
}

/** Whether a function is handed to somebody, or returned. */
function isCallback({ parentPath: parent, listKey, node, key }: NodePath<t.Function>): boolean {
  if (!t.isArrowFunctionExpression(node) && !t.isFunctionExpression(node)) return false;
  return (
    listKey === 'arguments' ||
    parent?.isReturnStatement() === true ||
    (parent?.isArrowFunctionExpression() === true && key === 'body')
  );
}
