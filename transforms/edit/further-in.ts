import { endOf, pathsOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { styleOf } from './style.js';

/** Moves the lines of a range one level in, all but the first, which what is put in front of it moves. */
export function furtherIn(file: SourceFile, start: number, end: number): Edit[] {
  const { indent } = styleOf(file.text);
  return linesWithin(file, start, end).map((at) => ({ file: file.path, start: at, end: at, text: indent }));
}

/** Where the lines after the first begin, those within a template's text left out. */
function linesWithin(file: SourceFile, start: number, end: number): number[] {
  const templates = [...pathsOf(file, 'TemplateElement')].map(({ node }) => ({
    start: startOf(node),
    end: endOf(node),
  }));
  const lines: number[] = [];
  for (
    let at = file.text.indexOf('\n', start) + 1;
    at > 0 && at < end;
    at = file.text.indexOf('\n', at) + 1
  ) {
    const inTemplate = templates.some((one) => one.start < at && at <= one.end);
    if (!inTemplate && !/^\r?\n/.test(file.text.slice(at))) lines.push(at);
  }
  return lines;
}
