import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BIN, folderOf, run, SMALL, snapshot } from './run.js';

const ESCAPE = '\u001b[';
const quoted = (text: string) => `'${text}'`;

/** Runs the command line on a terminal of its own, made by `script` of util-linux. */
async function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const line = [process.execPath, BIN, ...args].map(quoted).join(' ');
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], {
    env: { ...rest, TERM: 'xterm', ...env },
  });
  return stdout;
}

describe('colours', { timeout: 180_000 }, () => {
  test('none in a pipe, some when they are forced', async () => {
    const folder = await folderOf(SMALL);
    expect((await run(['migrate', folder])).stdout).not.toContain(ESCAPE);
    expect((await run(['migrate', folder], { env: { CI: 'true' } })).stdout).not.toContain(ESCAPE);
    expect((await run(['migrate', folder], { env: { FORCE_COLOR: '1' } })).stdout).toContain(`${ESCAPE}32m+`);
    expect((await run(['migrate', folder], { env: { FORCE_COLOR: '0' } })).stdout).not.toContain(ESCAPE);
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    expect((await run(['migrate', folder], { env: both })).stdout).not.toContain(ESCAPE);
  });

  test.runIf(process.platform === 'linux')('some on a terminal, unless NO_COLOR says otherwise', async () => {
    const folder = await folderOf(SMALL);
    expect(await onTerminal(['migrate', folder])).toContain(`${ESCAPE}32m+`);
    expect(await onTerminal(['migrate', folder], { NO_COLOR: '1' })).not.toContain(ESCAPE);
    expect(await onTerminal(['migrate', folder], { TERM: 'dumb' })).not.toContain(ESCAPE);
  });

  test('JSON has none, even when they are forced', async () => {
    const folder = await folderOf(SMALL);
    const { stdout } = await run(['migrate', folder, '--format', 'json'], { env: { FORCE_COLOR: '1' } });
    expect(JSON.parse(stdout).version).toBe(1);
  });
});

describe('a reader that goes away', { timeout: 180_000 }, () => {
  test('ends the printing without an error, and the files are written all the same', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`routes/r${index}.js`, SMALL['server.js'] ?? '']),
    );
    const folder = await folderOf({ ...SMALL, ...many });
    const child = spawn(process.execPath, [BIN, 'migrate', folder, '--step', 'server', '--write', '--yes'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).not.toMatch(/EPIPE|Error/);
    expect(status).toBe(0);
    const after = await snapshot(folder);
    for (const path of Object.keys(many)) expect(after[path]).toContain('startSession(req, ');
  });
});

describe('a run that is killed', { timeout: 180_000 }, () => {
  test('leaves every file old or new, and the next run finishes it', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`routes/r${index}.js`, SMALL['server.js'] ?? '']),
    );
    const folder = await folderOf({ ...SMALL, ...many });
    const args = ['migrate', folder, '--step', 'server', '--write', '--yes'];
    const child = spawn(process.execPath, [BIN, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    // Killed as soon as the first file is new.
    for (let alive = true; alive; ) {
      const now = await snapshot(folder).catch(() => ({}));
      alive = !Object.values(now).some((text) => text.includes('startSession(')) && child.exitCode === null;
    }
    child.kill('SIGKILL');
    await ended;
    const fresh = await folderOf({ ...SMALL, ...many });
    await run(['migrate', fresh, '--step', 'server', '--write', '--yes']);
    const whole = await snapshot(fresh);
    const after = await snapshot(folder);
    for (const path of Object.keys(many)) expect([many[path], whole[path]]).toContain(after[path]);
    expect((await run(args)).status).toBe(0);
    for (const path of Object.keys(many)) {
      expect(await readFile(join(folder, path), 'utf8')).toBe(whole[path]);
    }
  });
});
