/** A name that an edit uses and that has to be imported. */
export interface NeededName {
  readonly module: string;
  readonly name: string;
  /** What it is called in the file; see `localName`. */
  readonly local: string;
  /** It is a type: `apart` where the application imports types by `import type`. */
  readonly type?: 'apart' | 'together';
}

/** One replacement against the original text of a file: `[start, end)` becomes `text`. */
export interface Edit {
  /** Path relative to the root, with `/`. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly needs?: readonly NeededName[];
  /** Names that stay though nothing that was here uses them any more: the edit does, or another file. */
  readonly keeps?: string | readonly string[];
  /** It is put in right before something that another edit takes away. */
  readonly stays?: boolean;
  /** What other edits change inside it goes with what it replaces; with a removal, whatever is made of just that. */
  readonly covers?: boolean;
  /** Why the file changes, where no site in it says so. */
  readonly because?: string;
}

/** Two edits of one file want the same characters. */
export class EditConflict extends Error {
  readonly code = 'EDIT_CONFLICT';
  constructor(
    readonly first: Edit,
    readonly second: Edit,
  ) {
    super(
      `two edits overlap in ${first.file}: [${first.start}, ${first.end}) and [${second.start}, ${second.end})`,
    );
  }
}

/** Drops edits that say the same twice, and those inside a range that others take away altogether. */
export function withoutRepeats(edits: readonly Edit[]): Edit[] {
  const once = [...new Map(edits.map((edit) => [`${edit.start}:${edit.end}:${edit.text}`, edit])).values()];
  const gone = once.filter((edit) => edit.covers && edit.text === '');
  const goes = ({ start, end }: Edit) => gone.some((one) => one.start === start && one.end === end);
  const left = once.filter((edit) => (edit.text !== '' || edit.end === edit.start) && !goes(edit));
  const covers = left.filter((edit) => edit.covers);
  const removals = joined(once.filter((edit) => edit.text === '' && edit.end > edit.start)).flatMap(
    (removal) => beside(removal, covers),
  );
  // What an empty object or block takes the place of is not asked for either.
  const emptied = left.filter(({ text }) => text === '{}');
  const isCovered = (edit: Edit) =>
    [...removals, ...covers, ...emptied].some((other) => other !== edit && isWithin(edit, other));
  const isCutOut = (edit: Edit) => removals.some(({ start, end }) => start < edit.start && edit.end < end);
  const placed = left.map((edit) => (edit.stays ? beforeLine(edit, removals) : edit));
  return [...removals, ...placed.filter((edit) => (edit.stays ? !isCutOut(edit) : !isCovered(edit)))];
}

/** What is put in right before a statement that goes with its whole line stands in front of that line. */
function beforeLine(edit: Edit, removals: readonly Edit[]): Edit {
  const indent = /\n([ \t]*)$/.exec(edit.text)?.[1];
  if (!indent) return edit;
  const at = edit.start - indent.length;
  if (!removals.some(({ start, end }) => start === at && edit.end < end)) return edit;
  return { ...edit, start: at, end: at, text: indent + edit.text.slice(0, -indent.length) };
}

/** What a removal takes away besides what other edits cover. */
function beside(removal: Edit, covers: readonly Edit[]): Edit[] {
  const [cover, ...others] = covers.filter((edit) => edit.start < removal.end && removal.start < edit.end);
  if (!cover) return [removal];
  const parts = [
    { ...removal, end: cover.start },
    { ...removal, start: cover.end },
  ];
  return parts.filter(({ start, end }) => start < end).flatMap((part) => beside(part, others));
}

/** Removals that overlap take away together what each takes away. */
function joined(removals: readonly Edit[]): Edit[] {
  const result: Edit[] = [];
  for (const removal of removals.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (!last || removal.start >= last.end) result.push(removal);
    else result.splice(-1, 1, { ...last, end: Math.max(last.end, removal.end) });
  }
  return result;
}

function isWithin(edit: Edit, removal: Edit): boolean {
  const smaller = removal.end - removal.start > edit.end - edit.start;
  return removal.start <= edit.start && edit.end <= removal.end && smaller;
}

/**
 * Applies edits to the text they were made against.
 *
 * @throws {EditConflict} when two of them overlap
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  // A byte-order mark stays what it is only in the first place.
  const first = text.startsWith('\uFEFF') ? 1 : 0;
  const clamped = edits.map((edit) =>
    edit.start < first ? { ...edit, start: first, end: Math.max(first, edit.end) } : edit,
  );
  const sorted = withoutRepeats(clamped).sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let from = 0;
  let previous: Edit | undefined;
  for (const edit of sorted) {
    if (previous && edit.start < previous.end) throw new EditConflict(previous, edit);
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
    previous = edit;
  }
  return result + text.slice(from);
}
