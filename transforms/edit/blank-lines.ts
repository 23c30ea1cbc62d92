import type { SourceFile } from '../project/source.js';
import type { Edit } from './edits.js';

/**
 * Takes along the blank lines that several removals in a row would leave at the beginning or the end of a block, or
 * beside another.
 */
export function withoutOpeningBlanks(file: SourceFile, edits: readonly Edit[]): Edit[] {
  const removals = edits
    .filter((edit) => edit.text === '' && edit.end > edit.start)
    .toSorted((a, b) => a.start - b.start);
  const blanks: Edit[] = [];
  const take = (start: number, end: number) => {
    const taken = [...edits, ...blanks].some((edit) => edit.start < end && edit.end > start);
    if (start < end && !taken) blanks.push({ file: file.path, start, end, text: '' });
  };
  let start = -1;
  let reached = -1;
  // Removals with nothing but blank lines between them.
  let run = -1;
  let gaps: { start: number; end: number }[] = [];
  for (const [index, removal] of removals.entries()) {
    if (removal.start > reached) {
      const gap = { start: reached, end: removal.start };
      const follows = run >= 0 && !/\S/.test(file.text.slice(gap.start, gap.end));
      if (!follows) run = removal.start;
      gaps = follows ? [...gaps, gap] : [];
      start = removal.start;
    }
    reached = Math.max(reached, removal.end);
    const next = removals[index + 1];
    if (next && next.start <= reached) continue;
    const above = file.text.slice(Math.max(0, start - 200), start);
    const opens =
      /[{(][ \t]*\r?\n$/.test(above) ||
      endsBlank(edits, start, reached) ||
      (!isFilledFrom(edits, start, reached) && /(?:^\uFEFF?|\n[ \t]*\r?\n)$/.test(above));
    const blank = opens ? /^[ \t]*\r?\n/.exec(file.text.slice(reached)) : null;
    if (blank) take(reached, reached + blank[0].length);
    if (!/^(?:[ \t]*[})]|\s*$)/.test(file.text.slice(reached)) || isFilledFrom(edits, run, reached)) continue;
    const before = file.text.slice(Math.max(0, run - 200), run);
    const left = /(?<=[^{(\s][ \t]*\r?\n)[ \t]*\r?\n$/.exec(before)?.[0].length ?? 0;
    for (const gap of gaps) take(gap.start, gap.end);
    take(run - left, run);
  }
  return [...edits, ...blanks];
}

/** Whether what is put there, such as imports before all else, has a blank line after it already. */
function endsBlank(edits: readonly Edit[], start: number, end: number): boolean {
  const filling = edits.filter((edit) => edit.text && start <= edit.end && edit.start <= end);
  return filling.length > 0 && filling.every((edit) => edit.end <= start && /\n[ \t]*\r?\n$/.test(edit.text));
}

/** Whether something is put in the place of what is removed. */
function isFilledFrom(edits: readonly Edit[], start: number, end: number): boolean {
  return edits.some((edit) => edit.text && start <= edit.end && edit.start <= end);
}
