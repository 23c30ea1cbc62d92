import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { definitionOf } from '../../project/definitions.js';
import type { SourceFile } from '../../project/source.js';
import type { Sources } from '../../project/sources.js';
import type { Edit } from '../edits.js';
import { SHIM_CLIENT } from '../names.js';
import { withoutDeclaration } from '../statements.js';
import { type Edited, isMade } from './leftover.js';

/** `forgetSession()` right after the same, or after `signOut()`, which forgets too. */
export function repeatedEndings({ sources, before }: Edited, file: SourceFile): Edit[][] {
  const found: Edit[][] = [];
  for (const path of file.paths.values()) {
    if (!path.isExpressionStatement() || endingOf(sources, path) !== 'forgetSession') continue;
    const previous = path.getPrevSibling();
    if (!previous.isExpressionStatement() || endingOf(sources, previous) === undefined) continue;
    if (isMade({ sources, before }, file, path)) found.push([withoutDeclaration(file, path)]);
  }
  return found;
}

/** The helper's function that ends a session, where a statement is nothing but its call. */
function endingOf(sources: Sources, statement: NodePath<t.ExpressionStatement>): string | undefined {
  const call = statement.get('expression');
  if (!call.isCallExpression() || call.node.arguments.length) return undefined;
  const callee = definitionOf(sources, call.get('callee') as NodePath);
  if (callee.kind !== 'package' || callee.module !== SHIM_CLIENT) return undefined;
  return callee.name.find((name) => name === 'forgetSession' || name === 'signOut');
}
