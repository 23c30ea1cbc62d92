import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';
import { indentationAt, styleOf } from './style.js';
import { wholeLines } from './whole-lines.js';

/** Takes out the statement that an expression is; where it is the body of an arrow function, the body. */
export function withoutStatement(file: SourceFile, path: NodePath): Edit {
  const at = statementOf(path);
  if (!at) return { file: file.path, start: startOf(path.node), end: endOf(path.node), text: 'undefined' };
  if (!at.isStatement()) return { file: file.path, start: startOf(at.node), end: endOf(at.node), text: '{}' };
  const listed = at.listKey === 'body' || at.listKey === 'consequent';
  if (!listed) return { file: file.path, start: startOf(at.node), end: endOf(at.node), text: '{}' };
  return { file: file.path, ...wholeLines(file, startOf(at.node), endOf(at.node)), text: '' };
}

/** Takes out a declaration, or another statement that stands for itself, its lines included. */
export function withoutDeclaration(file: SourceFile, { node }: NodePath): Edit {
  return { file: file.path, ...wholeLines(file, startOf(node), endOf(node)), text: '' };
}

/** The statement that consists of an expression, or the arrow function's body that does. */
export function statementOf(path: NodePath): NodePath | undefined {
  const { parentPath: parent } = path;
  if (parent?.isExpressionStatement()) return parent;
  if (
    parent?.isAwaitExpression() ||
    parent?.isParenthesizedExpression() ||
    parent?.isUnaryExpression({ operator: 'void' })
  )
    return statementOf(parent);
  // `token && store(token)` does nothing else.
  if (parent?.isLogicalExpression({ operator: '&&' }) && path.key === 'right') return statementOf(parent);
  if (parent?.isArrowFunctionExpression() && path.key === 'body') return path;
  return undefined;
}

/** Puts a statement before another one, on a line of its own; in a block where there is none around it. */
export function beforeStatement(
  file: SourceFile,
  path: NodePath,
  text: string,
  needs: readonly NeededName[] = [],
): Edit[] {
  const start = startOf(path.node);
  const { newline, indent } = styleOf(file.text);
  if (path.listKey !== undefined || !path.parentPath) {
    const own = `${text}${newline}${indentationAt(file, start)}`;
    return [{ file: file.path, start, end: start, text: own, needs }];
  }
  const outer = newline + indentationAt(file, startOf(path.parentPath.node));
  const line = outer + indent;
  const gap = /(?<!\/\/.*)\s*$/.exec(file.text.slice(0, start))?.[0].length ?? 0;
  const end = endOf(path.node);
  const otherwise = /^\s+(?=else\b)/.exec(file.text.slice(end));
  return [
    { file: file.path, start: start - gap, end: start, text: ` {${line}${text}${line}`, needs },
    // `} else {` stays on one line.
    {
      file: file.path,
      start: end,
      end: end + (otherwise?.[0].length ?? 0),
      text: `${outer}}${otherwise ? ' ' : ''}`,
    },
  ];
}

/** Puts a statement after another one, on a line of its own. */
export function afterStatement(file: SourceFile, path: NodePath, text: string): Edit {
  const at = endOf(path.node);
  const { newline } = styleOf(file.text);
  const indent = indentationAt(file, startOf(path.node));
  return { file: file.path, start: at, end: at, text: `${newline}${indent}${text}`, stays: true };
}

/**
 * Makes a block of an arrow function's expression, with statements before it.
 *
 * @param answers whether somebody may want what the expression yields
 */
export function asBlock(
  file: SourceFile,
  arrow: NodePath<t.Function>,
  statements: readonly string[],
  needs: readonly NeededName[] = [],
  answers = true,
): Edit[] {
  const { newline, semicolon, indent } = styleOf(file.text);
  const { body } = arrow.node;
  const inner = Number(body.extra?.parenStart ?? startOf(body));
  // A body on lines of its own keeps them; the block opens where they are led up to.
  const head = file.text.slice(startOf(arrow.node), inner);
  const gap = /\n/.test(head.slice(head.lastIndexOf('=>'))) ? /\s*$/.exec(head)?.[0].length : undefined;
  const start = inner - (gap ?? 0);
  const end = endOf(arrow.node);
  const outer = indentationAt(file, startOf(arrow.node));
  const line = `${newline}${outer}${indent}`;
  const opening = `${gap ? ' ' : ''}{${statements.map((one) => line + one).join('')}${line}${answers ? 'return ' : ''}`;
  return [
    { file: file.path, start, end: startOf(body), text: opening, needs },
    { file: file.path, start: endOf(body), end, text: `${semicolon}${newline}${outer}}` },
  ];
}
