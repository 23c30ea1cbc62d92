import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type CallPath, callersOf } from '../../project/callers.js';
import { endOf, type SourceFile, startOf, textOf } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { handsOn } from '../handing-on.js';
import { withoutStatement } from '../statements.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownFunction } from './removal.js';

/** `withToken(request)` that only yields the request → the request itself; and `copy = request` of what it is anyway. */
export function handingOnFunctions(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (path.isFunction() && handsOn(path) && isMade(edited, file, declaredBy(path))) {
      const known = knownFunction(edited.sources, path);
      const calls = callersOf(edited.sources, path).map((call) => argumentInstead(edited.sources, call));
      if (known && calls.length && calls.every((edit) => edit !== undefined))
        found.push([...known.removal, ...calls]);
    }
    if (!path.isAssignmentExpression({ operator: '=' }) || !isSame(path)) continue;
    const around = path.parentPath.parentPath ?? path;
    if (isMade(edited, file, around)) found.push([withoutStatement(file, path)]);
  }
  return found;
}

function argumentInstead(sources: Sources, call: CallPath): Edit | undefined {
  const [only, ...others] = call.node.arguments;
  const awaited = call.parentPath?.isAwaitExpression();
  if (!t.isExpression(only) || others.length || awaited || call.isNewExpression()) return undefined;
  const file = sources.fileOf(call);
  return { file: file.path, start: startOf(call.node), end: endOf(call.node), text: textOf(file, only) };
}

/** `copy = request`, where `copy` was made of that and nothing else is ever put into it. */
function isSame(path: NodePath<t.AssignmentExpression>): boolean {
  const { left, right } = path.node;
  if (!path.parentPath.isExpressionStatement() || !t.isIdentifier(left) || !t.isIdentifier(right))
    return false;
  const binding = path.scope.getBinding(left.name);
  const of = path.scope.getBinding(right.name);
  const init = binding?.path.isVariableDeclarator() ? binding.path.node.init : undefined;
  const once = binding?.constantViolations.length === 1 && t.isIdentifier(init, { name: right.name });
  const before = binding ? startOf(binding.path.node) : 0;
  return (
    left.name === right.name ||
    (once && of?.constantViolations.every(({ node }) => endOf(node) < before) === true)
  );
}
