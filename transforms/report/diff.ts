import { formatPatch, structuredPatch } from 'diff';
import type { FileOutcome, Outcome } from '../words.js';
import { type Colours, PLAIN } from './colours.js';

/** The changes of an outcome as a patch that `git apply` takes, run in the application's root. */
export function patchOf(outcome: Outcome): string {
  return outcome.files.map(filePatch).join('');
}

/** The same for the eye: each line painted by what it is. */
export function diffOf(outcome: Outcome, colours: Colours): string {
  if (colours === PLAIN) return patchOf(outcome);
  return outcome.files.map((file) => painted(filePatch(file), colours)).join('');
}

function filePatch({ path, status, before, after }: FileOutcome): string {
  if (before === after || (status !== 'modified' && status !== 'added' && status !== 'deleted')) return '';
  const added = status === 'added';
  const deleted = status === 'deleted';
  const patch = structuredPatch(
    added ? '/dev/null' : `a/${path}`,
    deleted ? '/dev/null' : `b/${path}`,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3 },
  );
  return formatPatch({
    ...patch,
    isGit: true,
    ...(added ? { isCreate: true, newMode: '100644' } : {}),
    ...(deleted ? { isDelete: true, oldMode: '100644' } : {}),
  });
}

function painted(patch: string, colours: Colours): string {
  const lines = patch.split('\n');
  const hunks = lines.findIndex((line) => line.startsWith('@@'));
  return lines
    .map((line, index) => {
      if (!line) return line;
      if (index < hunks) return colours.bold(line);
      if (line.startsWith('@@')) return colours.cyan(line);
      if (line.startsWith('+')) return colours.green(line);
      return line.startsWith('-') ? colours.red(line) : line;
    })
    .join('\n');
}
