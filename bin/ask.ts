import { confirm, isCancel } from '@clack/prompts';
import type { FileOutcome, Outcome } from '../transforms/words.js';

/** The person at the terminal said no. */
export class NotConfirmed extends Error {
  readonly code = 'NOT_CONFIRMED';
}

/**
 * Says what is about to be written and asks whether to.
 *
 * @throws {NotConfirmed} when the answer is no, or the question was left
 */
export async function confirmWrite(
  outcome: Outcome,
  changed: readonly FileOutcome[],
  work: string,
): Promise<void> {
  const doing = { added: 'add   ', deleted: 'delete' };
  const lines = changed.map(({ status, path }) => {
    const does = status === 'added' || status === 'deleted' ? doing[status] : 'change';
    return `  ${does} ${path}`;
  });
  process.stderr.write(`In ${outcome.root}, for ${outcome.steps.join(', ')}:\n${lines.join('\n')}\n`);
  if (work === 'no repository') {
    process.stderr.write('This folder is in no git repository: there will be no git diff to go back to.\n');
  }
  const answer = await confirm({
    message: `Write ${changed.length === 1 ? 'this file' : `these ${changed.length} files`}?`,
    initialValue: false,
    output: process.stderr,
  });
  if (isCancel(answer) || !answer) throw new NotConfirmed('nothing was written');
}
