import type { NodePath } from '@babel/traverse';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { indentationAt, styleOf } from './style.js';
import { wholeLines } from './whole-lines.js';

/**
 * Takes a method call out of the chain it is a link of: `res.cookie(…).json(…)` → `res.json(…)`. A call that is
 * a statement of its own goes with the statement.
 *
 * @returns undefined where its value is used for something else
 */
export function withoutLink(file: SourceFile, call: NodePath): Edit | undefined {
  const callee = call.get('callee');
  if (Array.isArray(callee) || !callee.isMemberExpression()) return undefined;
  const object = callee.get('object');
  const statement = call.parentPath;
  if (statement?.isExpressionStatement() && !object.isCallExpression()) {
    const { start, end } = wholeLines(file, startOf(statement.node), endOf(statement.node));
    return isInBlock(statement) ? { file: file.path, start, end, text: '' } : undefined;
  }
  const continues = statement?.isMemberExpression() && call.key === 'object';
  if (!continues && !object.isCallExpression()) return undefined;
  return { file: file.path, start: endOf(object.node), end: endOf(call.node), text: '' };
}

/** The statement around a path, where another one can be put before it. */
export function statementAround(path: NodePath): NodePath | undefined {
  const statement = path.getStatementParent();
  return statement && isInBlock(statement) && statement.getFunctionParent() === path.getFunctionParent()
    ? statement
    : undefined;
}

/** Puts a statement before another, on a line of its own. */
export function before(file: SourceFile, statement: NodePath, text: string): Edit {
  const at = startOf(statement.node);
  const { newline, semicolon } = styleOf(file.text);
  return { file: file.path, start: at, end: at, text: text + semicolon + newline + indentationAt(file, at) };
}

function isInBlock(statement: NodePath): boolean {
  return statement.listKey === 'body' || statement.listKey === 'consequent';
}
