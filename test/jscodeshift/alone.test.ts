import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../transforms/registry.js';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('every rule runs alone through stock jscodeshift', () => {
  test.concurrent.each(RULES.map(({ id }) => id))('%s', { timeout: 300_000 }, async (id) => {
    const copy = await mkdtemp(join(tmpdir(), 'alone-'));
    try {
      await cp(join(ROOT, 'fixtures', id), copy, {
        recursive: true,
        filter: (path) => !/\/expected(?:\/|$)|sites\.json$/.test(path),
      });
      const files = (await readdir(copy, { recursive: true })).filter((path) => /\.[cm]?[jt]sx?$/.test(path));
      expect(files).not.toEqual([]);
      const { stdout } = await run(
        process.execPath,
        [
          join(ROOT, 'node_modules/jscodeshift/bin/jscodeshift.js'),
          '--run-in-band',
          '--no-color',
          '-t',
          join(ROOT, 'dist/transforms', `${id}.js`),
          ...files,
        ],
        { cwd: copy },
      );
      expect(stdout).toMatch(/^0 errors/m);
      const counts = [...stdout.matchAll(/^(\d+) (?:unmodified|skipped|ok)/gm)].map((match) =>
        Number(match[1]),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(files.length);
      // A rule that changes its fixtures as a part of the whole changes some of them by itself too.
      if (id === 'server/sign' || id === 'server/verify') expect(stdout).toMatch(/^[1-9]\d* ok/m);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
