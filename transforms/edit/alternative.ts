import type { NodePath } from '@babel/traverse';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';
import { indentationAt, styleOf } from './style.js';

const WIDEST_LINE = 100;

/**
 * `return sign(…)` → `if (req) return startSession(req, …)` before it; elsewhere `sign(…)` →
 * `req ? startSession(req, …) : sign(…)`. A login call hands its request on; for all other calls the old code stays.
 *
 * @param text what a login call asks for
 */
export function alternativeEdits(
  file: SourceFile,
  call: NodePath,
  request: string,
  text: string,
  needs: readonly NeededName[],
): Edit[] {
  const at = { file: file.path };
  const [start, end] = [startOf(call.node), endOf(call.node)];
  const { newline, indent, semicolon } = styleOf(file.text);
  const statement = call.parentPath;
  if (statement?.isReturnStatement() && statement.parentPath.isBlockStatement()) {
    const before = startOf(statement.node);
    const line = `if (${request}) return ${text}${semicolon}${newline}${indentationAt(file, before)}`;
    return [{ ...at, start: before, end: before, text: line, needs }];
  }
  const old = file.text.slice(start, end);
  const width = start - file.text.lastIndexOf('\n', start) + request.length + text.length + old.length + 6;
  const long = width > WIDEST_LINE || text.includes('\n') || old.includes('\n');
  const gap = long ? `${newline}${indentationAt(file, start)}${indent}` : ' ';
  const [open, close] = standsAlone(call) ? ['', ''] : ['(', ')'];
  const edits: Edit[] = [
    { ...at, start, end: start, text: `${open}${request}${gap}? ${text}${gap}: `, needs },
  ];
  return close ? [...edits, { ...at, start: end, end, text: close }] : edits;
}

/** Whether a condition may stand in the place of a call without parentheses. */
function standsAlone({ parentPath, listKey, key }: NodePath): boolean {
  return (
    listKey === 'arguments' ||
    (parentPath?.isArrowFunctionExpression() === true && key === 'body') ||
    parentPath?.isReturnStatement() === true ||
    parentPath?.isVariableDeclarator() === true ||
    parentPath?.isAssignmentExpression() === true ||
    parentPath?.isObjectProperty() === true ||
    parentPath?.isTemplateLiteral() === true
  );
}
