import type { FileOutcome } from '../words.js';

/** Whether the disk will hold something else at a file's place than before. */
export function isChanged({ status }: FileOutcome): boolean {
  return status === 'modified' || status === 'added' || status === 'deleted';
}
