import { execFile } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { folderOf, run, SMALL, snapshot } from './run.js';

const exec = promisify(execFile);
const git = (cwd: string, ...args: string[]) =>
  exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'core.autocrlf=false', ...args], {
    cwd,
  });

async function repositoryOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await folderOf(files);
  await git(folder, 'init', '-q');
  await git(folder, 'add', '-A');
  await git(folder, 'commit', '-qm', 'before');
  return folder;
}

describe('a dry run', () => {
  test.each([['pretty'], ['json']])('leaves the disk byte for byte (%s)', async (format) => {
    const folder = await folderOf(SMALL);
    const before = await snapshot(folder);
    const { status } = await run(['migrate', folder, '--format', format]);
    expect(status).toBe(0);
    expect(await snapshot(folder)).toEqual(before);
  });

  test('prints a diff that git applies, and the same as --patch writes', async () => {
    const folder = await repositoryOf(SMALL);
    const { stdout } = await run([
      'migrate',
      folder,
      '--step',
      'server',
      '--patch',
      join(folder, 'out.patch'),
    ]);
    const patch = await readFile(join(folder, 'out.patch'), 'utf8');
    expect(stdout.startsWith(patch)).toBe(true);
    await git(folder, 'apply', 'out.patch');
    const patched = await readFile(join(folder, 'server.js'), 'utf8');
    await git(folder, 'checkout', '-q', '.');
    await run(['migrate', folder, '--step', 'server', '--write', '--yes']);
    expect(patched).toBe(await readFile(join(folder, 'server.js'), 'utf8'));
    expect(patched).toContain('startSession(req, ');
  });

  test('a patch holds for added files, files without a last line end, CRLF and odd names', async () => {
    const files = {
      ...SMALL,
      'server.js': (SMALL['server.js'] ?? '').replaceAll('\n', '\r\n').trimEnd(),
      'with space/ä.js': (SMALL['server.js'] ?? '').trimEnd(),
    };
    const folder = await repositoryOf(files);
    await run(['migrate', folder, '--patch', join(folder, 'out.patch')]);
    await git(folder, 'apply', '--whitespace=nowarn', 'out.patch');
    const patched = await snapshot(folder);
    await git(folder, 'stash', '-q', '-u');
    await run(['migrate', folder, '--write', '--yes']);
    const { 'out.patch': _patch, ...rest } = patched;
    expect(await snapshot(folder)).toEqual(rest);
  });

  test('--check ends with 1 when something would change, and with 0 when not', async () => {
    const folder = await folderOf(SMALL);
    expect((await run(['migrate', folder, '--check'])).status).toBe(1);
    const plain = await folderOf({ 'sum.js': SMALL['sum.js'] ?? '' });
    expect((await run(['migrate', plain, '--check'])).status).toBe(0);
  });

  test('where nothing is found it says what was looked for', async () => {
    const folder = await folderOf({ 'sum.js': SMALL['sum.js'] ?? '' });
    const { status, stdout } = await run(['migrate', folder]);
    expect(stdout).toMatch(/No place was found .*\n.*What was looked for: .*jsonwebtoken/);
    expect(status).toBe(0);
  });
});

describe('--format json', () => {
  test('is one document of the promised shape and nothing else', async () => {
    const folder = await folderOf(SMALL);
    const { stdout, status } = await run(['migrate', folder, '--format', 'json']);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ version: 1, root: folder, steps: ['install', 'client', 'server'] });
    expect(Object.keys(report.summary).sort()).toEqual(
      ['bridged', 'changed', 'files', 'kept', 'manual', 'ms', 'rewritten'].sort(),
    );
    expect(report.files).toContainEqual({ path: 'sum.js', status: 'unchanged' });
    for (const site of report.sites) {
      expect(Object.keys(site).sort()).toEqual(
        ['action', 'column', 'family', 'file', 'line', 'reason', 'role', 'rule'].sort(),
      );
    }
    expect(report.sites).toContainEqual(
      expect.objectContaining({ file: 'server.js', line: 7, column: 17, role: 'mint', rule: 'server/sign' }),
    );
    expect(status).toBe(0);
  });

  test('steps come in their order whatever order they are asked for in', async () => {
    const folder = await folderOf(SMALL);
    const asked = async (...args: string[]) =>
      JSON.parse((await run(['scan', folder, '--format', 'json', ...args])).stdout).steps;
    expect(await asked('--step', 'server,install')).toEqual(['install', 'server']);
    expect(await asked('--step', 'server', '--step', 'client')).toEqual(['client', 'server']);
    expect(await asked('--step', 'all')).toEqual(['install', 'client', 'server']);
  });

  test('a file that does not parse is failed with the reason, and the run goes on', async () => {
    const broken = "const jwt = require('jsonwebtoken');\nconst = 3;\n";
    const folder = await folderOf({ ...SMALL, 'broken.js': broken });
    const { stdout, status } = await run(['migrate', folder, '--write', '--yes', '--format', 'json']);
    const report = JSON.parse(stdout);
    expect(report.files).toContainEqual({
      path: 'broken.js',
      status: 'failed',
      reason: expect.stringMatching(/\(2:6\)/),
    });
    expect(await readFile(join(folder, 'broken.js'), 'utf8')).toBe(broken);
    expect(await readFile(join(folder, 'server.js'), 'utf8')).toContain('startSession(');
    expect(status).toBe(0);
  });
});

describe('--write', () => {
  test('writes, and a second run changes nothing', async () => {
    const folder = await folderOf(SMALL);
    const { status, stdout } = await run(['migrate', folder, '--write', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/server\.js \(changed\)/);
    const once = await snapshot(folder);
    expect(once['server.js']).toContain('startSession(req, ');
    expect(once['sum.js']).toBe(SMALL['sum.js']);
    expect((await run(['migrate', folder, '--write', '--yes'])).status).toBe(0);
    expect(await snapshot(folder)).toEqual(once);
  });

  test('keeps mode bits', async () => {
    const folder = await folderOf(SMALL);
    await chmod(join(folder, 'server.js'), 0o755);
    const { stdout } = await run(['migrate', folder, '--write', '--yes']);
    expect((await stat(join(folder, 'server.js'))).mode & 0o777).toBe(0o755);
    expect(stdout, 'git has nothing to tell of a folder outside a repository').not.toContain('git diff');
    expect(stdout).toContain('Set SESSION_SECRET');
  });

  test('leaves no temporary file behind', async () => {
    const folder = await repositoryOf(SMALL);
    const written = await run(['migrate', folder, '--step', 'server', '--write', '--yes']);
    const { stdout } = await git(folder, 'status', '--porcelain');
    expect(stdout).toBe(' M server.js\n');
    expect(written.stdout).toContain('git diff');
    expect(written.stdout).not.toContain('Set SESSION_SECRET');
  });

  test('refuses to write over changes that are not committed, unless told', async () => {
    const folder = await repositoryOf(SMALL);
    await writeFile(join(folder, 'server.js'), `${SMALL['server.js']}// work of the day\n`);
    const before = await snapshot(folder);
    const refused = await run(['migrate', folder, '--write', '--yes']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/ {2}server\.js\n.*--allow-dirty/s);
    expect(await snapshot(folder)).toEqual(before);
    const told = await run(['migrate', folder, '--write', '--yes', '--allow-dirty']);
    expect(told.status).toBe(0);
    expect(await readFile(join(folder, 'server.js'), 'utf8')).toMatch(
      /startSession\(.*\/\/ work of the day\n$/s,
    );
  });

  test('changes that are not committed in other files are no hindrance', async () => {
    const folder = await repositoryOf(SMALL);
    await writeFile(join(folder, 'sum.js'), '// mine\n');
    expect((await run(['migrate', folder, '--write', '--yes'])).status).toBe(0);
    expect(await readFile(join(folder, 'sum.js'), 'utf8')).toBe('// mine\n');
  });
});
