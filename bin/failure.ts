import { UsageError } from './usage.js';

/** What is said of an error, and the exit status it ends in. */
export interface Failure {
  readonly message: string;
  readonly status: 1 | 2;
}

/** Errors that say that the caller has to call differently. */
const USAGE = new Set(['WRONG_USAGE', 'PROJECT_UNREADABLE', 'UNCOMMITTED_CHANGES', 'NOT_CONFIRMED']);

/** Errors whose message is for people and says all there is to say. */
const EXPECTED = new Set(['CHANGED_MEANWHILE', 'WRITE_FAILED']);

/** Sorts what was thrown: a wrong call, something that the disk refused, or a defect of ours with its stack. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), status: 1 };
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof UsageError || USAGE.has(code)) return { message: error.message, status: 2 };
  if (EXPECTED.has(code)) return { message: error.message, status: 1 };
  return {
    message: `this should not have happened, and nothing was written: ${error.stack ?? error.message}`,
    status: 1,
  };
}
