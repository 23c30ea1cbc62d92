import type { SourceFile } from '../project/source.js';
import type { Edit } from './edits.js';

/** Takes along the blank line that several removals in a row would leave at the beginning of a block, or beside another. */
export function withoutOpeningBlanks(file: SourceFile, edits: readonly Edit[]): Edit[] {
  const removals = edits
    .filter((edit) => edit.text === '' && edit.end > edit.start)
    .toSorted((a, b) => a.start - b.start);
  const blanks: Edit[] = [];
  let start = -1;
  let reached = -1;
  for (const [index, removal] of removals.entries()) {
    if (removal.start > reached) start = removal.start;
    reached = Math.max(reached, removal.end);
    const next = removals[index + 1];
    if (next && next.start <= reached) continue;
    const above = file.text.slice(Math.max(0, start - 200), start);
    const isFilled = edits.some((edit) => edit.text && start - 2 <= edit.end && edit.start <= reached);
    const opens = /[{(][ \t]*\r?\n$/.test(above) || (!isFilled && /(?:^\uFEFF?|\n[ \t]*\r?\n)$/.test(above));
    const blank = opens ? /^[ \t]*\r?\n/.exec(file.text.slice(reached)) : null;
    if (!blank) continue;
    const end = reached + blank[0].length;
    const taken = edits.some((edit) => edit.start < end && edit.end > reached);
    if (!taken) blanks.push({ file: file.path, start: reached, end, text: '' });
  }
  return [...edits, ...blanks];
}
