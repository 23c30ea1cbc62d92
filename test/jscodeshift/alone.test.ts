import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RULES } from '../../transforms/registry.js';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let copies: string;

beforeAll(async () => {
  copies = await mkdtemp(join(tmpdir(), 'alone-'));
});

afterAll(() => rm(copies, { recursive: true }));

describe('every rule runs alone through stock jscodeshift', () => {
  type Counts = Record<'ok' | 'nochange' | 'skip' | 'error', number>;
  const outcomes = new Map<string, { files: number; counts: Counts | undefined }>();

  beforeAll(async () => {
    const jobs = await Promise.all(RULES.map(({ id }) => jobOf(id, 'together')));
    const jobsFile = join(copies, 'jobs.json');
    const resultsFile = join(copies, 'results.json');
    await writeFile(jobsFile, JSON.stringify(jobs));
    await run(process.execPath, [join(import.meta.dirname, 'runner.cjs'), jobsFile, resultsFile], {
      maxBuffer: 2 ** 26,
    });
    const results: Counts[] = JSON.parse(await readFile(resultsFile, 'utf8'));
    for (const [at, { id }] of RULES.entries())
      outcomes.set(id, { files: jobs[at]?.files.length ?? 0, counts: results[at] });
  }, 600_000);

  test.each(RULES.map(({ id }) => id))('%s', (id) => {
    const { files, counts } = outcomes.get(id) ?? {};
    expect(files).toBeGreaterThan(0);
    expect(counts).toMatchObject({ error: 0 });
    expect((counts?.ok ?? 0) + (counts?.nochange ?? 0) + (counts?.skip ?? 0)).toBe(files);
  });
});

// A rule that changes its fixtures as a part of the whole changes some of them by itself too.
test.each(['server/sign', 'server/verify'])('%s by the command itself', { timeout: 300_000 }, async (id) => {
  const { transform, files, folder } = await jobOf(id, 'command');
  const { stdout } = await run(
    process.execPath,
    [
      join(ROOT, 'node_modules/jscodeshift/bin/jscodeshift.js'),
      '--run-in-band',
      '--no-color',
      '-t',
      transform,
      ...files,
    ],
    { cwd: folder },
  );
  expect(stdout).toMatch(/^0 errors/m);
  expect(stdout).toMatch(/^[1-9]\d* ok/m);
});

/** A copy of the rule's inputs, and what jscodeshift is to run on it. */
async function jobOf(id: string, purpose: string) {
  const folder = join(copies, purpose, id);
  await cp(join(ROOT, 'fixtures', id), folder, {
    recursive: true,
    filter: (path) => !/\/expected(?:\/|$)|sites\.json$/.test(path),
  });
  const files = (await readdir(folder, { recursive: true })).filter((path) => /\.[cm]?[jt]sx?$/.test(path));
  return { transform: join(ROOT, 'dist/transforms', `${id}.js`), files, folder };
}
