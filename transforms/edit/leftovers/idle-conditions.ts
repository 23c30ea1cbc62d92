import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { definitionOf } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { yieldsOnly } from '../handing-on.js';
import { isPure } from '../purity.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** `if (isStringWithValue(token)) {}`, of a question that does nothing but ask. */
export function idleConditions(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isIfStatement() || path.node.alternate || path.listKey !== 'body') continue;
    const { consequent } = path.node;
    const empty =
      t.isBlockStatement(consequent) && !consequent.body.length && !consequent.innerComments?.length;
    if (empty && asks(edited.sources, path.get('test')) && isMade(edited, file, path))
      found.push([withoutDeclaration(file, path)]);
  }
  return found;
}

function asks(sources: Sources, test: NodePath): boolean {
  if (isPure(test.node, [])) return true;
  if (test.isLogicalExpression()) return asks(sources, test.get('left')) && asks(sources, test.get('right'));
  if (test.isUnaryExpression({ operator: '!' })) return asks(sources, test.get('argument'));
  if (!test.isCallExpression() || !test.node.arguments.every((one) => isPure(one, []))) return false;
  const called = definitionOf(sources, test.get('callee'));
  return called.kind === 'function' && yieldsOnly(called.path, (value) => isPure(value.node, []));
}
