import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { namesOf } from '../../project/callers.js';
import type { SourceFile } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutParameter } from '../parameters.js';
import { isPure } from '../purity.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownFunction } from './removal.js';

/** `getGoals(token)` of which nothing reads the token any more, at all its calls. */
export function unreadParameters(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !path.node.params.length || !isMade(edited, file, declaredBy(path))) continue;
    const last = path.node.params.length - 1;
    const index = path.node.params.findLastIndex(
      (_, at) => isUnread(path, at) && wasRead(edited, file, path, at),
    );
    if (index < 0) continue;
    const known = knownFunction(edited.sources, path);
    const filled = known?.calls.every(({ node }) => {
      const given = node.arguments[index];
      const spread = node.arguments.slice(0, index + 1).some((one) => t.isSpreadElement(one));
      return !spread && (!given || isPure(given, []));
    });
    if (known?.calls.length && filled)
      found.push(withoutParameter(edited.sources, { function: path, index, calls: known.calls }));
    else if (index === last && isCallback(path))
      found.push(withoutParameter(edited.sources, { function: path, index, calls: [] }));
  }
  return found;
}

function isUnread(path: NodePath<t.Function>, index: number): boolean {
  const parameter = path.node.params[index];
  const binding = t.isIdentifier(parameter) ? path.scope.getBinding(parameter.name) : undefined;
  return Boolean(binding?.constant && !binding.referencePaths.length) && !readsArguments(path);
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
  const now = path.node.params[index];
  if (!old || !t.isIdentifier(now)) return false;
  const names = namesOf(sources, path).join();
  for (const other of old.paths.values()) {
    if (!other.isFunction() || other.node.params.length !== path.node.params.length) continue;
    const parameter = other.node.params[index];
    if (!t.isIdentifier(parameter, { name: now.name }) || namesOf(before, other).join() !== names) continue;
    if (other.scope.getBinding(parameter.name)?.referencePaths.length) return true;
  }
  return false;
}

/** Whoever calls a function that is handed to him, or returned, may give it more than it takes. */
function isCallback({ parentPath: parent, listKey, node, key }: NodePath<t.Function>): boolean {
  if (!t.isArrowFunctionExpression(node) && !t.isFunctionExpression(node)) return false;
  return (
    listKey === 'arguments' ||
    parent?.isReturnStatement() === true ||
    (parent?.isArrowFunctionExpression() === true && key === 'body')
  );
}
