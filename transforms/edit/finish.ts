import { endOf, type SourceFile, startOf } from '../project/source.js';
import { withoutOpeningBlanks } from './blank-lines.js';
import type { Edit } from './edits.js';
import { withoutEmptied } from './emptied.js';
import { importEdits } from './imports.js';
import { withoutUnreadFields } from './unread-fields.js';
import { unusedAfter } from './unused.js';
import { wholeLines } from './whole-lines.js';

/** Completes the edits of one file: imports what they need, drops what nothing uses any more. */
export function finishEdits(file: SourceFile, made: readonly Edit[]): Edit[] {
  if (!made.length) return [];
  const edits = withoutUnreadFields(file, withoutEmptied(file, made));
  const unused = unusedAfter(file, edits);
  const dropped = [...unused.statements.map(({ node }) => rangeOf(node.start, node.end)), ...unused.edits];
  const kept = edits.filter(
    (edit) =>
      !dropped.some((range) => range.start <= edit.start && edit.end <= range.end && !isBefore(edit, range)),
  );
  const imports = importEdits(
    file,
    kept.flatMap((edit) => edit.needs ?? []),
    unused.statements.filter((statement) => statement.parentPath?.isProgram()),
    Math.min(...kept.filter((edit) => edit.needs?.length).map((edit) => edit.start)),
  );
  const removed = unused.statements
    .filter((statement) => statement !== imports.replaced)
    .map((statement): Edit => {
      const lines = wholeLines(file, startOf(statement.node), endOf(statement.node));
      return { file: file.path, ...lines, text: '' };
    });
  return withoutOpeningBlanks(file, [...kept, ...unused.edits, ...imports.edits, ...removed]);
}

/** What is put in right before something that goes, and stays. */
function isBefore({ stays, end }: Edit, { start }: { readonly start: number }): boolean {
  return stays === true && end === start;
}

function rangeOf(start: number | null | undefined, end: number | null | undefined) {
  return { start: start ?? 0, end: end ?? 0 };
}
