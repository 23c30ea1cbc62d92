import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { type SourceFile, textOf } from '../../project/source.js';
import type { Edit } from '../edits.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

const ASKED = /^!\w*sessionPresented\w*\([^()]*(?:\(\))?[^()]*\)$/i;
/** What changes the answer. */
const CHANGES = /\b(?:start|end)\w*Session\w*\(/;

/**
 * `if (!sessionPresented(req)) return …` where the same question has been answered so already: nothing is malformed
 * any more.
 */
export function repeatedGuards(edited: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isBlockStatement()) continue;
    const asked = new Set<string>();
    for (const statement of path.get('body')) {
      const guard = statement.isIfStatement() && !statement.node.alternate ? statement : undefined;
      const asks = guard && ASKED.test(textOf(file, guard.node.test)) && leaves(guard.get('consequent'));
      const text = textOf(file, statement.node).replace(/[\s{};]+/g, ' ');
      if (guard && asks && !asked.has(text)) asked.add(text);
      else if (guard && asks && isMade(edited, file, guard)) found.push([withoutDeclaration(file, guard)]);
      else if (CHANGES.test(text)) asked.clear();
    }
  }
  return found;
}

/** Whether nothing after a branch is reached from it. */
function leaves(branch: NodePath): boolean {
  const last = branch.isBlockStatement() ? branch.node.body.at(-1) : branch.node;
  return t.isReturnStatement(last) || t.isThrowStatement(last);
}
