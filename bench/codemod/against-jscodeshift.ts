import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/**
 * Times `scan` on an application against jscodeshift's own runner parsing every file of it, in turn and on the same
 * machine, and prints the medians and their ratio: `npm run bench -- <folder> [rounds]`.
 */
const ROOT = join(import.meta.dirname, '../../..');
const [folder, rounds = '3'] = process.argv.slice(2);
if (!folder) {
  console.error('name a folder: npm run bench -- <folder> [rounds]');
  process.exit(2);
}
const SCAN = [join(ROOT, 'dist/bin/jwt-to-session.js'), 'scan', folder, '--format', 'json'];
const RUNNER = [
  join(ROOT, 'node_modules/jscodeshift/bin/jscodeshift.js'),
  '--silent',
  '--extensions=js,jsx,ts,tsx',
  '--ignore-pattern=**/node_modules/**',
  '-t',
  join(ROOT, 'bench/codemod/nothing.cjs'),
  folder,
];

const scans: number[] = [];
const runners: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  scans.push(timed(SCAN));
  runners.push(timed(RUNNER));
}
const ours = median(scans);
const theirs = median(runners);
console.log(
  `scan ${ours} ms, jscodeshift parsing every file ${theirs} ms: ${(theirs / ours).toFixed(1)} to 1`,
);

function timed(args: readonly string[]): number {
  const started = performance.now();
  execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
  return Math.round(performance.now() - started);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
