import type { Outcome } from '../words.js';
import { summaryOf } from './summary.js';

/** The outcome as one JSON document, version 1 of the design, for other programs. */
export function jsonReport(outcome: Outcome): string {
  const { root, steps, files, sites, findings } = outcome;
  const report = {
    version: 1,
    root,
    steps,
    summary: summaryOf(outcome),
    files: files.map(({ path, status, reason }) => ({ path, status, ...(reason ? { reason } : {}) })),
    sites,
    findings,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
