import type { NodePath } from '@babel/traverse';
import type { SourceFile } from '../project/source.js';
import { quoteAround } from '../project/templates.js';
import type { Edit } from './edits.js';

/** How a file is written. */
export interface Style {
  readonly quote: "'" | '"';
  /** `;` or nothing. */
  readonly semicolon: ';' | '';
  readonly newline: '\n' | '\r\n';
  readonly indent: string;
}

/** Reads the style off a text; common habits where the text shows none. */
export function styleOf(text: string): Style {
  const singles = text.split("'").length;
  const doubles = text.split('"').length;
  const lines = text.split(/\r?\n/);
  const code = lines.map((line) => line.trimEnd()).filter((line) => /[\w)'"`\]]$|;$/.test(line));
  const ended = code.filter((line) => line.endsWith(';')).length;
  const indent = lines.map((line) => /^(\t| {2,8})\S/.exec(line)?.[1]).find((found) => found !== undefined);
  return {
    quote: doubles > singles ? '"' : "'",
    semicolon: code.length && ended * 5 < code.length ? '' : ';',
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    indent: indent ?? '  ',
  };
}

/** A string literal in the file's quotes. */
export function quoted(style: Style, string: string): string {
  const escaped = string.replaceAll('\\', '\\\\').replaceAll(style.quote, `\\${style.quote}`);
  return style.quote + escaped + style.quote;
}

/** The file's style at a place: in an attribute of a template the other quotes are free. */
export function styleAt(file: SourceFile, path: NodePath): Style {
  const style = styleOf(file.text);
  const around = quoteAround(file.text, path);
  return around === undefined ? style : { ...style, quote: around === '"' ? "'" : '"' };
}

/** White space at the start of the line that holds an offset. */
export function indentationAt(file: SourceFile, offset: number): string {
  const lineStart = file.text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(file.text.slice(lineStart))?.[0] ?? '';
}

/** Text from deeper in a file, its lines moved left as far as `inner` stands further right than `outer`. */
export function dedented(part: string, text: string, outer: number, inner: number): string {
  const columnOf = (offset: number) =>
    /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0].length ?? 0;
  const surplus = Math.max(0, columnOf(inner) - columnOf(outer));
  return part.replace(
    /\n([ \t]*)/g,
    (_, white: string) => `\n${white.slice(Math.min(surplus, white.length))}`,
  );
}

/** The same as edits of the white space alone, so that other edits may change what stands on the lines. */
export function dedentEdits(file: SourceFile, start: number, end: number, outer: number): Edit[] {
  const surplus = indentationAt(file, start).length - indentationAt(file, outer).length;
  const part = file.text.slice(start, end);
  if (surplus <= 0 || part.includes('`')) return [];
  return [...part.matchAll(/\n([ \t]+)/g)].map(({ index, 1: white = '' }) => {
    const at = start + index + 1;
    return { file: file.path, start: at, end: at + Math.min(surplus, white.length), text: '' };
  });
}
