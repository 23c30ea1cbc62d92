import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../../transforms/disk/write.js';
import { folderOf, snapshot } from '../cli/run.js';

const change = (path: string) =>
  ({ path, status: 'modified', before: `${path} old\n`, after: `${path} new\n` }) as const;

test('a file that changed on disk since it was read is not overwritten, and nothing else is written', async () => {
  const folder = await folderOf({ 'a.js': 'a.js old\n', 'b.js': 'b.js old\n' });
  await writeFile(join(folder, 'b.js'), 'work of somebody else\n');
  await expect(writeFiles(folder, [change('a.js'), change('b.js')])).rejects.toThrow(
    /^b\.js has changed on disk/,
  );
  expect(await snapshot(folder)).toEqual({ 'a.js': 'a.js old\n', 'b.js': 'work of somebody else\n' });
});

test('a file that appeared where one was to be added is not overwritten', async () => {
  const folder = await folderOf({ 'session.js': 'mine\n' });
  const added = { path: 'session.js', status: 'added', after: 'ours\n' } as const;
  await expect(writeFiles(folder, [added])).rejects.toThrow(/session\.js has changed on disk/);
  expect(await snapshot(folder)).toEqual({ 'session.js': 'mine\n' });
});

test('a file that cannot be written is named, with what was written before it', async () => {
  const folder = await folderOf({ 'a.js': 'a.js old\n', blocked: 'a file in place of a folder\n' });
  const added = { path: 'blocked/session.js', status: 'added', after: 'ours\n' } as const;
  await expect(writeFiles(folder, [change('a.js'), added])).rejects.toThrow(
    /^blocked\/session\.js could not be written: .*Nothing was written\.$/,
  );
  expect((await snapshot(folder))['a.js']).toBe('a.js old\n');
});
