import type { SourceFile } from '../project/source.js';
import type { Edit } from './edits.js';

/** Takes along the blank line that several removals in a row would leave at the beginning of a block. */
export function withoutOpeningBlanks(file: SourceFile, edits: readonly Edit[]): Edit[] {
  const removals = edits
    .filter((edit) => edit.text === '' && edit.end > edit.start)
    .toSorted((a, b) => a.start - b.start);
  const blanks: Edit[] = [];
  let start = -1;
  for (const [index, removal] of removals.entries()) {
    const before = removals[index - 1];
    if (!before || removal.start > before.end) start = removal.start;
    const next = removals[index + 1];
    if (next && next.start <= removal.end) continue;
    const opens = /[{(][ \t]*\r?\n$/.test(file.text.slice(Math.max(0, start - 200), start));
    const blank = opens ? /^[ \t]*\r?\n/.exec(file.text.slice(removal.end)) : null;
    if (!blank) continue;
    const end = removal.end + blank[0].length;
    const taken = edits.some((edit) => edit.start < end && edit.end > removal.end);
    if (!taken) blanks.push({ file: file.path, start: removal.end, end, text: '' });
  }
  return [...edits, ...blanks];
}
