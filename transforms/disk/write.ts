import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { FileOutcome } from '../words.js';

/** A file is no longer as it was read: somebody else wrote it meanwhile. */
export class ChangedMeanwhile extends Error {
  readonly code = 'CHANGED_MEANWHILE';
}

/** The disk refused a file. */
export class WriteFailed extends Error {
  readonly code = 'WRITE_FAILED';
}

/**
 * Writes what changed. Every file is compared with what was read before the first is written, and once more
 * before it is replaced; each is replaced in one step, so that an interrupted run leaves it old or new. New
 * files go first and those that are deleted last: nothing ever imports what is not there.
 *
 * @throws {ChangedMeanwhile} naming the files that are no longer as they were read
 * @throws {WriteFailed} naming the file that could not be written, and those that were
 */
export async function writeFiles(root: string, changed: readonly FileOutcome[]): Promise<void> {
  const stale: string[] = [];
  for (const file of changed) if (!(await isAsRead(root, file))) stale.push(file.path);
  if (stale.length) throw new ChangedMeanwhile(staleText(stale, []));
  const done: string[] = [];
  for (const file of [...changed].sort((a, b) => order(a) - order(b))) {
    if (!(await isAsRead(root, file))) throw new ChangedMeanwhile(staleText([file.path], done));
    await writeOne(root, file, done);
    done.push(file.path);
  }
}

/** Puts a patch into a file of the user's choice. */
export async function writePatchFile(path: string, patch: string): Promise<void> {
  try {
    await writeFileAtomic(path, patch);
  } catch (error) {
    throw new WriteFailed(`the patch could not be written: ${messageOf(error)}`);
  }
}

function order({ status }: FileOutcome): number {
  return status === 'added' ? 0 : status === 'deleted' ? 2 : 1;
}

/** Whether the disk holds what the change was worked out from. */
async function isAsRead(root: string, { path, before }: FileOutcome): Promise<boolean> {
  const bytes = await readFile(join(root, path)).catch(() => undefined);
  if (before === undefined) return bytes === undefined;
  return bytes?.equals(Buffer.from(before, 'utf8')) === true;
}

async function writeOne(
  root: string,
  { path, status, after }: FileOutcome,
  done: readonly string[],
): Promise<void> {
  try {
    if (status === 'deleted') return await rm(join(root, path));
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFileAtomic(join(root, path), after ?? '');
  } catch (error) {
    throw new WriteFailed(
      `${path} could not be ${status === 'deleted' ? 'deleted' : 'written'}: ${messageOf(error)}. ${writtenText(done)}`,
    );
  }
}

function staleText(stale: readonly string[], done: readonly string[]): string {
  const what = stale.length === 1 ? 'has' : 'have';
  return `${stale.join(', ')} ${what} changed on disk since it was read, and was not overwritten. ${writtenText(done)} Run the same again.`;
}

function writtenText(done: readonly string[]): string {
  return done.length ? `Written before that: ${done.join(', ')}.` : 'Nothing was written.';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
