import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit } from './edits.js';
import { importEdits } from './imports.js';
import { unusedAfter, wholeLines } from './unused.js';

/** Completes the edits of one file: imports what they need, drops what nothing uses any more. */
export function finishEdits(file: SourceFile, edits: readonly Edit[]): Edit[] {
  if (!edits.length) return [];
  const unused = unusedAfter(file, edits);
  const needs = edits.flatMap((edit) => edit.needs ?? []);
  const imports = importEdits(
    file,
    needs,
    unused.statements.filter((statement) => statement.parentPath?.isProgram()),
  );
  const removed = unused.statements
    .filter((statement) => statement !== imports.replaced)
    .map((statement): Edit => {
      const lines = wholeLines(file, startOf(statement.node), endOf(statement.node));
      return { file: file.path, ...lines, text: '' };
    });
  return [...edits, ...unused.edits, ...imports.edits, ...removed];
}
