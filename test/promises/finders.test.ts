import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { migrate, outcomeOf } from '../../transforms/migrate.js';
import type { Outcome } from '../../transforms/words.js';

/** Finders of three kinds are made to fail on what is called bad: by file, by site, and when findings are made. */
vi.mock(import('../../transforms/project/sites/requests.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    requestSites: (sources, file, checks, gateways) => {
      if (file.path.startsWith('bad-read')) throw new Error('out of order');
      return real.requestSites(sources, file, checks, gateways);
    },
  };
});
vi.mock(import('../../transforms/project/acceptance/lifetimes.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    lifetimeOf: (sources, mint) => {
      if (mint.file.path.startsWith('bad-finding')) throw new RangeError('Maximum call stack size exceeded');
      return real.lifetimeOf(sources, mint);
    },
  };
});

const SIGNING = `const jwt = require('jsonwebtoken');
exports.login = (req, res) => res.json({ token: jwt.sign({ id: 1 }, process.env.KEY) });
`;

function statuses(files: Record<string, string>): Record<string, string> {
  const listed = Object.entries(files).map(([path, text]) => ({ path, text }));
  return told(outcomeOf(listed, { root: '/', steps: ['install', 'server'] }));
}

function told(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(
    outcome.files.map(({ path, status, reason }) => [path, reason ? `${status}: ${reason}` : status]),
  );
}

describe('a file that can not be looked into fails by itself', () => {
  test('where a finder throws, the reason is told and the others go on', () => {
    expect(statuses({ 'bad-read.js': SIGNING, 'good.js': SIGNING })).toEqual({
      'bad-read.js': 'failed: it could not be looked into: out of order',
      'good.js': 'modified',
    });
  });

  test('where a finding can not be made, nothing is changed either', () => {
    expect(statuses({ 'bad-finding.js': SIGNING, 'good.js': SIGNING })).toEqual({
      'bad-finding.js': 'failed: it could not be looked into: Maximum call stack size exceeded',
      'good.js': 'modified',
    });
  });

  test.each([
    ['calls', (depth: number) => `${'f('.repeat(depth)}1${')'.repeat(depth)}`],
    ['arrays', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['objects', (depth: number) => `(${'{a:'.repeat(depth)}1${'}'.repeat(depth)})`],
    ['conditions', (depth: number) => `${'a ? b : '.repeat(depth)}c`],
    ['functions', (depth: number) => `${'() => '.repeat(depth)}1`],
    ['sums', (depth: number) => `x${' + x'.repeat(depth)}`],
    ['members', (depth: number) => `x${'.then(a)'.repeat(depth)}`],
    ['blocks', (depth: number) => `${'{'.repeat(depth)}${'}'.repeat(depth)}`],
  ])('%s ten thousand levels deep', (_what, deep) => {
    const { 'deep.js': status, ...others } = statuses({
      // Not on one line, which would be taken for a bundle.
      'deep.js': `${SIGNING}\n;${deep(10_000).replace(/.{42}/g, '$&\n')};\n`,
      'good.js': SIGNING,
    });
    expect(status).toMatch(/^(?:failed: .*(?:stack|deep)|modified$)/i);
    expect(others).toEqual({ 'good.js': 'modified' });
  });

  test('a token handed through five hundred levels', () => {
    const depth = 500;
    const text = `const jwt = require('jsonwebtoken');
exports.login = (req, res) => res.json(${'{ a: '.repeat(depth)}jwt.sign({ id: 1 }, process.env.KEY)${' }'.repeat(depth)});
`;
    expect(statuses({ 'nested.js': text, 'good.js': SIGNING })).toMatchObject({ 'good.js': 'modified' });
  });
});

describe('odd files and folders', () => {
  test('modules that import each other in a circle', () => {
    const outcome = statuses({
      'a.js': `import { b } from './b.js';\nexport { c as again } from './c.js';\nexport const a = (req) => b(req);\n`,
      'b.js': `import { c } from './c.js';\nexport * from './a.js';\nexport const b = (req) => c(req);\n`,
      'c.js': `import jwt from 'jsonwebtoken';\nimport { a } from './a.js';\nexport * from './b.js';\nexport const c = (req) => (req.again ? a(req) : jwt.verify(req.headers.authorization, process.env.KEY));\n`,
      'good.js': SIGNING,
    });
    expect(outcome).toMatchObject({ 'good.js': 'modified', 'c.js': 'modified' });
  });

  test('a name that stands for itself, and re-exports of each other', () => {
    const outcome = statuses({
      'a.js': `export { token } from './b.js';\nconst x = y, y = x;\nexport const sign = x.sign;\n`,
      'b.js': `import { sign } from './a.js';\nexport { token } from './a.js';\nexport const login = (req, res) => res.json({ token: sign({ id: 1 }) });\n`,
      'good.js': SIGNING,
    });
    expect(outcome).toMatchObject({ 'good.js': 'modified', 'a.js': 'unchanged', 'b.js': 'unchanged' });
  });

  test('folders linked in a circle, links to nowhere, and a folder that nobody may read', async () => {
    const root = await mkdtemp(join(tmpdir(), 'odd-'));
    try {
      await mkdir(join(root, 'src/locked'), { recursive: true });
      await writeFile(join(root, 'src/good.js'), SIGNING);
      await symlink(root, join(root, 'src/circle'), 'dir');
      await symlink(join(root, 'nowhere.js'), join(root, 'src/broken.js'));
      await writeFile(join(root, 'src/locked/inside.js'), 'exports.nothing = 1;\n');
      await chmod(join(root, 'src/locked'), 0o000);
      const outcome = told(await migrate({ root, steps: ['server'] }));
      expect(outcome).toMatchObject({ 'src/good.js': 'modified' });
      expect(Object.values(outcome).filter((status) => status !== 'unchanged')).toEqual(['modified']);
    } finally {
      await chmod(join(root, 'src/locked'), 0o700);
      await rm(root, { recursive: true });
    }
  });

  test('a megabyte of source, and the same on one line', () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `  '${index}: ${'a row of text '.repeat(14)}',`);
    const large = `${SIGNING}const rows = [\n${rows.join('\n')}\n];\n`;
    const outcome = statuses({
      'large.js': large,
      'bundle.js': large.replaceAll('\n', ' '),
      'good.js': SIGNING,
    });
    expect(outcome).toEqual({ 'large.js': 'modified', 'bundle.js': 'unchanged', 'good.js': 'modified' });
  });
});
