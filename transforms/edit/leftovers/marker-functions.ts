import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { CallPath } from '../../project/callers.js';
import { definitionOf } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { isPure } from '../purity.js';
import { withoutStatement } from '../statements.js';
import { declaredBy } from './hollow-functions.js';
import { type Edited, isMade } from './leftover.js';
import { knownFunction } from './removal.js';

/** `createRefreshToken(req, user)` that yields a marker, for which nobody waits any more. */
export function markerFunctions(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isFunction() || !yieldsMarker(path) || !isMade(edited, file, declaredBy(path))) continue;
    const known = knownFunction(edited.sources, path);
    const calls = known?.calls.map((call) => withoutCall(edited.sources, call));
    if (known && calls?.every((edit) => edit !== undefined)) found.push([...known.removal, ...calls]);
  }
  return found;
}

/** A call that stands for itself. */
function withoutCall(sources: Sources, call: CallPath): Edit | undefined {
  const alone = call.parentPath?.isExpressionStatement() && call.parentPath.listKey === 'body';
  if (!alone || !call.node.arguments.every((argument) => isPure(argument, []))) return undefined;
  return withoutStatement(sources.fileOf(call), call as NodePath);
}

/** Whether an expression makes a marker and does nothing else. */
export function isMarker(sources: Sources, path: NodePath): boolean {
  if (!path.isCallExpression()) return false;
  if (isMarkerCall(path.node)) return true;
  const called = definitionOf(sources, path.get('callee'));
  return called.kind === 'function' && yieldsMarker(called.path);
}

function yieldsMarker({ node }: NodePath<t.Function>): boolean {
  if (node.async) return false;
  if (!t.isBlockStatement(node.body)) return isMarkerCall(node.body);
  const [only, ...others] = node.body.body;
  return !others.length && t.isReturnStatement(only) && isMarkerCall(only.argument);
}

function isMarkerCall(node: t.Node | null | undefined): boolean {
  return t.isCallExpression(node) && t.isIdentifier(node.callee, { name: 'sessionMarker' });
}
