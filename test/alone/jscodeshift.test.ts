import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { RULES } from '../../transforms/registry.js';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** For rules whose fixtures fit in one file: stock jscodeshift makes of it what the command line makes of it. */
const ONE_FILE: readonly [id: string, fixture: string, file: string][] = [
  ['server/express-jwt', 'rewritten-unless-renamed', 'gate.js'],
  ['server/passport-jwt', 'rewritten-filled-renamed', 'gate.js'],
  ['server/sign', 'manual-stored', 'login.js'],
  ['server/verify', 'manual-complete', 'check.js'],
  ['server/other-library', 'manual-simple-renamed', 'seals.js'],
];

beforeAll(async () => {
  await run(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck'],
    {
      cwd: ROOT,
    },
  );
});

async function shifted(id: string, source: string): Promise<{ text: string; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'jscodeshift-'));
  try {
    const file = join(folder, source.split('/').at(-1) ?? 'file.js');
    await cp(source, file);
    const bin = join(ROOT, 'node_modules/jscodeshift/bin/jscodeshift.js');
    const transform = join(ROOT, 'dist/transforms', `${id}.js`);
    const given = [bin, '--run-in-band', '--no-babel', '--parser=tsx', '-t', transform, file];
    const { stdout } = await run(process.execPath, given, { cwd: ROOT });
    return { text: await readFile(file, 'utf8'), output: stdout };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('stock jscodeshift', () => {
  test.each(ONE_FILE)('runs %s alone on %s', async (id, fixture, file) => {
    const folder = join(ROOT, 'fixtures', id, fixture);
    const { text, output } = await shifted(id, join(folder, 'input', file));
    expect(output).toContain('1 ok');
    expect(text).toContain(id.includes('jwt') ? '@jwt-to-session/shim' : 'TODO(jwt-to-session)');
  });

  test.each(RULES.map(({ id }) => id).filter((id) => id.startsWith('server/')))(
    'loads %s and leaves a file alone that is none of its business',
    async (id) => {
      const { output } = await shifted(id, join(ROOT, 'fixtures/server/sign/none-other-sign/input/jwt.js'));
      expect(output).toMatch(/0 errors/);
      expect(output).toMatch(/0 ok/);
    },
  );
});
