import { describe, expect, test } from 'vitest';
import { folderOf, run, SMALL } from './run.js';

describe('wrong usage ends with 2 and says the way out', () => {
  test.each([
    ['no command', [], /Name a command: scan or migrate/],
    ['a command that does not exist', ['frobnicate'], /unknown/i],
    ['a mistyped command', ['scna'], /Did you mean scan\?/],
    ['a mistyped option', ['migrate', '--stpe', 'install'], /unknown argument stpe\. Did you mean --step\?/],
    [
      'an unknown step',
      ['migrate', '--step', 'clinet'],
      /--step knows .* not 'clinet'\. Did you mean client\?/,
    ],
    ['an unknown format', ['scan', '--format', 'xml'], /--format knows pretty and json, not 'xml'/],
    ['an option without its value', ['migrate', '--step'], /--step needs a value/],
    ['an option given twice', ['migrate', '--patch', 'a', '--patch', 'b'], /--patch was given twice/],
    ['options that exclude each other', ['migrate', '--check', '--write'], /--check .* --write/],
    ['a folder that is not there', ['migrate', '/no/such/folder'], /\/no\/such\/folder does not exist/],
    ['two folders', ['migrate', 'one', 'two'], /two/],
  ])('%s', async (_what, args, message) => {
    const { status, stdout, stderr } = await run(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('a file in place of a folder', async () => {
    const folder = await folderOf(SMALL);
    const { status, stderr } = await run(['scan', `${folder}/server.js`]);
    expect(stderr).toMatch(/server\.js is not a folder/);
    expect(status).toBe(2);
  });

  test('writing without a terminal and without --yes', async () => {
    const folder = await folderOf(SMALL);
    const { status, stderr } = await run(['migrate', folder, '--write']);
    expect(stderr).toMatch(/add --yes/);
    expect(status).toBe(2);
  });
});

describe('what is asked for most is answered without loading the codemods', () => {
  test('--version', async () => {
    const { status, stdout } = await run(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });

  test('--help lists the commands that work, and only those', async () => {
    const { status, stdout } = await run(['--help']);
    expect([...stdout.matchAll(/^ {2}jwt-to-session (\w+) \[dir\]/gm)].map((match) => match[1])).toEqual([
      'scan',
      'migrate',
    ]);
    expect(status).toBe(0);
  });

  test('--help of a command names its options', async () => {
    const { stdout } = await run(['migrate', '--help']);
    for (const option of ['--step', '--write', '--yes', '--check', '--patch', '--format', '--allow-dirty']) {
      expect(stdout).toContain(option);
    }
  });
});
