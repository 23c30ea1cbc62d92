import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../transforms/migrate.js';
import type { Step } from '../../transforms/words.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const TODAY = new Date('2026-01-01T00:00:00Z');
const ORDERS: readonly (readonly Step[])[] = [
  ['install', 'client', 'server'],
  ['install', 'server', 'client'],
];

/** Whole applications: each step deployed by itself must end where all of them at once do. */
const applications = [
  ...(await folders(join(FIXTURES, 'manifest/mount'), 'input')),
  join(FIXTURES, 'apps/notes'),
];

describe.each(applications)('%s', (root) => {
  test.each(ORDERS)('ends the same by %s, then %s, then %s as by all steps at once', async (...order) => {
    const atOnce = await stepped(root, [order.toSorted()]);
    expect(
      await stepped(
        root,
        order.map((step) => [step]),
      ),
    ).toEqual(atOnce);
  });
});

/** The texts of an application after several migrations in a row. */
async function stepped(root: string, runs: readonly (readonly Step[])[]): Promise<Record<string, string>> {
  const copy = await mkdtemp(join(tmpdir(), 'steps-'));
  try {
    await cp(root, copy, { recursive: true });
    let texts: Record<string, string> = {};
    for (const steps of runs) {
      const { files } = await migrate({ root: copy, steps, today: TODAY });
      for (const { path, before, after } of files) {
        if (after === undefined || after === before) continue;
        await mkdir(dirname(join(copy, path)), { recursive: true });
        await writeFile(join(copy, path), after);
      }
      texts = Object.fromEntries(files.map(({ path, after = '' }) => [path, after]));
    }
    return texts;
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function folders(at: string, inside: string): Promise<string[]> {
  const entries = await readdir(at, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(at, entry.name, inside));
}
