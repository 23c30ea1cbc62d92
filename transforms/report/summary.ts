import type { Action, Outcome } from '../words.js';
import { isChanged } from './changed.js';

/** The counts of an outcome, under the names that the JSON report gives them. */
export interface Summary extends Record<Action, number> {
  readonly files: number;
  readonly changed: number;
  readonly ms: number;
}

export function summaryOf({ listed, files, sites, ms }: Outcome): Summary {
  const count = (action: Action) => sites.filter((site) => site.action === action).length;
  return {
    files: listed,
    changed: files.filter(isChanged).length,
    rewritten: count('rewritten'),
    bridged: count('bridged'),
    manual: count('manual'),
    kept: count('kept'),
    ms,
  };
}
