import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../scripts/bundled-application.js';
import { bundledApplication, run } from './application.js';

/** What is on disk, to the byte and to the time it was written. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const states = files.map(async (file) => {
    const [text, { mtimeMs, mode }] = await Promise.all([readFile(file), stat(file)]);
    return [
      file.slice(folder.length),
      `${createHash('sha256').update(text).digest('hex')} ${mtimeMs} ${mode}`,
    ];
  });
  return Object.fromEntries(await Promise.all(states));
}

function migrate(folder: string, ...given: string[]): Promise<string> {
  const program = join(REPOSITORY, 'dist/bin/jwt-to-session.js');
  return run(process.execPath, [program, 'migrate', folder, ...given], folder);
}

describe('the command line on the notes application', () => {
  test('shows what would change and changes nothing without --write', async ({ onTestFinished }) => {
    const application = await bundledApplication('notes');
    onTestFinished(application.remove);
    const before = await snapshot(application.folder);
    const output = await migrate(application.folder);
    expect(output).toContain('diff --git a/server/middleware/authMiddleware.js');
    expect(await snapshot(application.folder)).toEqual(before);
  });

  test.each([
    ['all steps at once', [[]]],
    [
      'install, client, server',
      [
        ['--step', 'install'],
        ['--step', 'client'],
        ['--step', 'server'],
      ],
    ],
    [
      'install, server, client',
      [
        ['--step', 'install'],
        ['--step', 'server'],
        ['--step', 'client'],
      ],
    ],
  ])('changes nothing by a second --write after %s', async (_name, runs) => {
    const application = await bundledApplication('notes');
    try {
      const before = await snapshot(application.folder);
      for (const given of runs) await migrate(application.folder, '--write', '--yes', ...given);
      const migrated = await snapshot(application.folder);
      expect(migrated).not.toEqual(before);
      for (const given of runs) await migrate(application.folder, '--write', '--yes', ...given);
      await migrate(application.folder, '--write', '--yes');
      expect(await snapshot(application.folder)).toEqual(migrated);
      await migrate(application.folder, '--check');
    } finally {
      await application.remove();
    }
  });
});
