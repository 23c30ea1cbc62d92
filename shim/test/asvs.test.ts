import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The tests that docs/asvs.md names, by file; a name that ends in … is the beginning of one. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/asvs.md'), 'utf8');
const NAMED = [...PAGE.matchAll(/`([\w-]+\.test\.ts)`([^`]*)/g)].flatMap(([, file = '', after = '']) =>
  [...after.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file, name })),
);

test('every requirement of V7.2 to V7.5 has a line', () => {
  const asked = { '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3 };
  for (const [section, count] of Object.entries(asked))
    for (let at = 1; at <= count; at += 1) expect(PAGE).toContain(`**${section}.${at}**`);
  expect(NAMED.length).toBeGreaterThan(12);
});

test.each(NAMED)('$file has "$name"', ({ file, name }) => {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/\s+/g, ' ');
  expect(text).toContain(name.replace(/,? …$/, ''));
});
