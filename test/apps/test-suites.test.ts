import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../scripts/bundled-application.js';
import { migrate } from '../../transforms/migrate.js';
import { STEPS } from '../../transforms/words.js';
import { finished } from './application.js';

const SUITES = join(REPOSITORY, 'fixtures/own-tests');

/** Small applications with tests of their own, which pass before every step and after it. */
describe.each(await readdir(SUITES))('the tests of an application with %s', (name) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `own-tests-${name}-`));
    await cp(join(SUITES, name), folder, { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'dir');
  });
  afterAll(() => rm(folder, { recursive: true }));

  let passed = 0;
  test('pass as they are', async () => {
    passed = await passing(folder);
    expect(passed).toBeGreaterThan(0);
  });

  test.each(STEPS)('pass after %s', async (step) => {
    const { files } = await migrate({ root: folder, steps: [step] });
    const changed = files.filter(({ status }) => status !== 'unchanged');
    for (const { path, after } of changed) {
      if (after === undefined) throw new Error(`${path} failed`);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), after);
    }
    if (changed.length) expect(await passing(folder)).toBe(passed);
  });
});

/** How many tests pass; throws where one fails. */
async function passing(folder: string): Promise<number> {
  const given = ['test', '--silent'];
  const { code, output } = await finished('npm', given, folder, { SESSION_SECRET: 'c'.repeat(40) });
  if (code !== 0) throw new Error(output);
  return Number(/^# pass (\d+)$/m.exec(output)?.[1]);
}
