import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registryText } from '../../scripts/registry.js';
import { RULES } from '../../transforms/registry.js';

const ROOT = join(import.meta.dirname, '../..');

/** Which part of the house may import from which others; every part may import from itself. */
const ARROWS: Record<string, readonly string[]> = {
  'transforms/project': ['transforms/words'],
  'transforms/edit': ['transforms/project', 'transforms/words'],
  'transforms/rule': ['transforms/project', 'transforms/edit', 'transforms/words'],
  'transforms/alone': ['transforms/project', 'transforms/edit', 'transforms/rule'],
  'transforms/decisions': ['transforms/project', 'transforms/rule'],
  'transforms/server': [
    'transforms/project',
    'transforms/edit',
    'transforms/rule',
    'transforms/decisions',
    'transforms/alone',
    'transforms/words',
  ],
  'transforms/client': [
    'transforms/project',
    'transforms/edit',
    'transforms/rule',
    'transforms/alone',
    'transforms/words',
  ],
  'transforms/manifest': [
    'transforms/project',
    'transforms/edit',
    'transforms/rule',
    'transforms/alone',
    'transforms/words',
  ],
  'transforms/registry': ['transforms/server', 'transforms/client', 'transforms/manifest', 'transforms/rule'],
  'transforms/plan': ['transforms/project', 'transforms/rule', 'transforms/words'],
  'transforms/made': ['transforms/project', 'transforms/edit', 'transforms/plan'],
  'transforms/carry-out': [
    'transforms/project',
    'transforms/edit',
    'transforms/made',
    'transforms/plan',
    'transforms/rule',
    'transforms/words',
  ],
  'transforms/migrate': [
    'transforms/project',
    'transforms/plan',
    'transforms/carry-out',
    'transforms/registry',
    'transforms/rule',
    'transforms/words',
  ],
  'transforms/report': ['transforms/words'],
  'transforms/disk': ['transforms/words'],
  'transforms/words': [],
  bin: [
    'transforms/migrate',
    'transforms/report',
    'transforms/disk',
    'transforms/words',
    'transforms/project',
  ],
};

describe('the house', () => {
  test('arrows point one way', async () => {
    const wrong: string[] = [];
    for (const file of [...(await sourcesIn('transforms')), ...(await sourcesIn('bin'))]) {
      const text = await readFile(join(ROOT, file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
        const from = partOf(file);
        const to = partOf(posix.join(posix.dirname(file), specifier));
        if (to !== from && !ARROWS[from]?.includes(to)) wrong.push(`${file} → ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a rule does not import another', async () => {
    const wrong: string[] = [];
    for (const { id } of RULES) {
      const text = await readFile(join(ROOT, 'transforms', `${id}.ts`), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
        const other = posix.join(posix.dirname(id), specifier).replace(/\.js$/, '');
        if (RULES.some((rule) => rule.id === other)) wrong.push(`${id} → ${other}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the registry lists the rules that are there', async () => {
    expect(await readFile(join(ROOT, 'transforms/registry.ts'), 'utf8')).toBe(await registryText(ROOT));
  });

  test('the shim brings no types of Node into browsers, nor needs those of jsonwebtoken', async () => {
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'shim/package.json'), 'utf8'));
    expect(Object.keys(dependencies).filter((name) => name.startsWith('@types/'))).toEqual([]);
    const types = (await readdir(join(ROOT, 'shim/dist'), { recursive: true })).filter((name) =>
      name.endsWith('.d.ts'),
    );
    expect(types).toContain('jsonwebtoken-types.d.ts');
    for (const name of types)
      expect(await readFile(join(ROOT, 'shim/dist', name), 'utf8'), name).not.toMatch(
        /(?:from|import\() ?['"]jsonwebtoken['"]/,
      );
  });

  test('no file of ours outgrows 320 lines', async () => {
    const long: string[] = [];
    for (const file of [
      ...(await sourcesIn('transforms')),
      ...(await sourcesIn('bin')),
      ...(await sourcesIn('shim/src')),
    ]) {
      const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n').length;
      if (lines > 320) long.push(`${file}: ${lines}`);
    }
    expect(long).toEqual([]);
  });

  describe.each(RULES.map(({ id }) => id))('%s', (id) => {
    test('starts with a link to what it knows and is a plain jscodeshift module', async () => {
      const text = await readFile(join(ROOT, 'transforms', `${id}.ts`), 'utf8');
      expect(text.split('\n')[0]).toMatch(/^\/\/ https:\/\/\S+$/);
      expect(text).toMatch(/^export default alone\(/m);
      expect(text).toMatch(/^export const parser = 'tsx';$/m);
      expect(text).toContain(`alone('${id}', rule)`);
    });

    test('has a changing case, a look-alike and one with every name renamed', async () => {
      const cases = await readdir(join(ROOT, 'fixtures', id)).catch(() => []);
      expect(cases.filter((name) => /^(?:rewritten|bridged|manual)-/.test(name)).length).toBeGreaterThan(0);
      expect(cases.filter((name) => name.startsWith('none-')).length).toBeGreaterThan(0);
      expect(cases.filter((name) => name.endsWith('-renamed')).length).toBeGreaterThan(0);
    });
  });
});

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true }).catch(() => []);
  return entries.filter((name) => name.endsWith('.ts')).map((name) => posix.join(folder, name));
}

/** `transforms/server/sign.ts` is of the part `transforms/server`, `transforms/plan.ts` is one by itself. */
function partOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'transforms' ? `${top}/${second.replace(/\.[jt]s$/, '')}` : top;
}
