import type * as t from '@babel/types';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';

/** A part of a file's text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The range of a statement with its line, so that no empty line is left behind. */
export function wholeLines(file: SourceFile, start: number, end: number): Range {
  const { text } = file;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  // What is said behind it is said of it.
  const rest = /^[ \t]*(?:\/\/.*)?(?:\r?\n|$)/.exec(text.slice(end));
  if (!rest || text.slice(lineStart, start).trim()) return { start, end };
  const lines = { start: lineStart, end: end + rest[0].length };
  return withBlank(file, withComment(file, withDocumentation(file, lines)));
}

/** A comment for documentation right above tells of the statement alone, unless it opens the file. */
function withDocumentation({ text }: SourceFile, { start, end }: Range): Range {
  const opening = text.lastIndexOf('/**', start);
  const documents =
    opening > 0 && /^\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\r?\n$/.test(text.slice(opening, start));
  const lineStart = text.lastIndexOf('\n', opening) + 1;
  // A comment that never closed before goes on here.
  const goesOn = opening > 0 && text.lastIndexOf('/*', opening - 1) > text.lastIndexOf('*/', opening - 1);
  const alone =
    documents && !goesOn && !text.slice(lineStart, opening).trim() && text.slice(0, lineStart).trim();
  return { start: alone ? lineStart : start, end };
}

/** A comment right above that tells of the token goes with the statement that took it. */
function withComment(file: SourceFile, { start, end }: Range): Range {
  let first = start;
  for (;;) {
    const lineStart = file.text.lastIndexOf('\n', first - 2) + 1;
    const line = file.text.slice(lineStart, first);
    if (
      lineStart >= first ||
      !/^[ \t]*\/\/.*(?:token|header|bearer|jwt|cookie|eslint-disable-next-line)/i.test(line)
    )
      break;
    first = lineStart;
  }
  return { start: first, end };
}

/** Where a block begins or ends, or a blank line stands already, another blank line would be left over. */
function withBlank({ text }: SourceFile, { start, end }: Range): Range {
  const above = text.slice(Math.max(0, start - 200), start);
  const blankAbove = /\n([ \t]*\r?\n)$/.exec(above)?.[1];
  const closes = /^[ \t]*(?:[})]|\s*$)/.test(text.slice(end, end + 200));
  if (blankAbove && closes) return { start: start - blankAbove.length, end };
  const opens = blankAbove !== undefined || /(?:[{(][ \t]*\r?\n|^)$/.test(above);
  const blank = opens ? /^[ \t]*\r?\n/.exec(text.slice(end)) : null;
  return { start, end: end + (blank?.[0].length ?? 0) };
}

/** The end of a statement's line with what is said behind it, where nothing else follows on it. */
export function endOfLine({ text }: SourceFile, end: number): number {
  return end + (/^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(end))?.[0].length ?? 0);
}

/** A condition that filled several lines fits on one now. */
export function lineBreaksAround({ path, text }: SourceFile, node: t.Node): Edit[] {
  const [start, end] = [startOf(node), endOf(node)];
  const before = /\((\s+)$/.exec(text.slice(0, start))?.[1]?.length ?? 0;
  const after = /^(\s+)\)/.exec(text.slice(end))?.[1]?.length ?? 0;
  if (!before || !after) return [];
  return [
    { file: path, start: start - before, end: start, text: '' },
    { file: path, start: end, end: end + after, text: '' },
  ];
}
