import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FileOutcome } from '../words.js';

/** What git keeps of a folder's files. */
export type Work = 'committed' | 'no repository';

/** Files that are to be written have changes that git does not have yet. */
export class UncommittedChanges extends Error {
  readonly code = 'UNCOMMITTED_CHANGES';
}

const run = promisify(execFile);

/**
 * Sees to it that git has what is about to be written over.
 *
 * @param allowed whether uncommitted changes may be written over all the same
 * @throws {UncommittedChanges} naming the files that have changes which are not committed
 */
export async function assertCommitted(
  root: string,
  changed: readonly FileOutcome[],
  allowed: boolean,
): Promise<Work> {
  const status = await statusOf(root);
  if (status === undefined) return 'no repository';
  const wanted = new Set(changed.map((file) => file.path));
  const dirty = status.filter((path) => wanted.has(path));
  if (dirty.length && !allowed) {
    throw new UncommittedChanges(
      `nothing was written: these files have changes that are not committed, and would be changed:\n${dirty
        .map((path) => `  ${path}`)
        .join('\n')}\nCommit or stash them, or add --allow-dirty.`,
    );
  }
  return 'committed';
}

/** Paths below the root, relative to it, that differ from the last commit; undefined where git has none of it. */
async function statusOf(root: string): Promise<string[] | undefined> {
  const git = (...args: string[]) =>
    run('git', ['-C', root, ...args], { maxBuffer: 1 << 28 }).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
  const prefix = (await git('rev-parse', '--show-prefix'))?.trimEnd();
  // A folder of which the repository around it tracks nothing is as good as outside.
  if (prefix === undefined || !(await git('ls-files', '-z', '.'))) return undefined;
  const status = await git('status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '.');
  return (status ?? '')
    .split('\0')
    .map((entry) => entry.slice(3))
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
}
