import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../../transforms/project/files.js';
import { changedOf, faultsOf, inputs, migrated, written } from './inputs.js';

const MARK = '\uFEFF';
const isCode = (path: string) => /\.(?:[cm]?[jt]sx?|vue|svelte)$/.test(path);
const withLineEnds = (text: string) => text.replace(/\r?\n/g, '\r\n');
const withMark = (text: string) => MARK + text.replace(MARK, '');

describe.each(await inputs())('P5 and P6 for $name', ({ files }) => {
  const plain = migrated(files);
  const textOf = (path: string) => plain.files.find((file) => file.path === path);

  test('every file comes out whole', () => {
    expect(faultsOf(plain)).toEqual([]);
  });

  test('a second run changes nothing', () => {
    expect(changedOf(migrated(written(plain))).map((file) => file.path)).toEqual([]);
  });

  test('a file without a site, and without a reason to change, stays byte for byte', () => {
    const sited = new Set(plain.sites.map((site) => site.file));
    const strays = changedOf(plain).filter(
      (file) => file.status === 'modified' && !sited.has(file.path) && !file.reason,
    );
    expect(strays.map((file) => file.path)).toEqual([]);
  });

  test('CRLF line ends stay CRLF, in new code too', () => {
    const outcome = migrated(files.map((file): ListedFile => ({ ...file, text: withLineEnds(file.text) })));
    for (const file of outcome.files) {
      const same = textOf(file.path);
      expect([file.path, file.status, file.after]).toEqual([
        file.path,
        same?.status,
        same?.after === undefined ? undefined : withLineEnds(same.after),
      ]);
    }
  });

  test('a byte-order mark stays the first character', () => {
    const marked = files.map((file) => (isCode(file.path) ? { ...file, text: withMark(file.text) } : file));
    for (const file of migrated(marked).files.filter(({ path }) => isCode(path))) {
      const same = textOf(file.path);
      const expected =
        same?.after !== undefined && file.status !== 'added' ? withMark(same.after) : same?.after;
      expect([file.path, file.after]).toEqual([file.path, expected]);
    }
  });
});
