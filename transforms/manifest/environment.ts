import { posix } from 'node:path';
import type { Edit } from '../edit/edits.js';
import type { ListedFile } from '../project/files.js';
import type { Package } from '../project/packages.js';
import type { ModuleFacts } from './session-module.js';

const EXAMPLE = /^\.?env[._-]?(?:example|sample|template|dist)$/i;

/** Adds what the session module reads to the environment example of a package, where it has one. */
export function environmentEdits(
  listed: readonly ListedFile[],
  home: Package | undefined,
  { clientOrigins: origins, session }: ModuleFacts,
): Edit[] {
  const folders = [home?.folder ?? '', ''];
  const example = folders
    .map((folder) =>
      listed.find(({ path }) => EXAMPLE.test(posix.basename(path)) && folderOf(path) === folder),
    )
    .find((file) => file !== undefined);
  if (!example) return [];
  const { path, text } = example;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines: string[] = [];
  // Some write `NAME = value`.
  const is = /^\w+ = /m.test(text) ? ' = ' : '=';
  if (!session && !/^\s*#?\s*SESSION_SECRET\s*=/m.test(text))
    lines.push(
      '# Signs the session cookie: a long random text, the same for every instance',
      `SESSION_SECRET${is}replace-with-a-long-random-text`,
    );
  if (!/^\s*#?\s*REDIS_URL\s*=/m.test(text))
    lines.push(
      '# Where sessions are kept; without it in memory, which one process in development can do with',
      `# REDIS_URL${is}redis://127.0.0.1:6379`,
    );
  if (origins?.from === 'environment' && !/^\s*#?\s*CLIENT_ORIGIN\s*=/m.test(text))
    lines.push(
      '# Origins that the browser client is served from, separated by commas',
      `# CLIENT_ORIGIN${is}${origins.otherwise.join(',') || 'https://app.example.com'}`,
    );
  if (!lines.length) return [];
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  const because = 'the session module reads these from the environment';
  return [
    { file: path, start: text.length, end: text.length, text: gap + lines.join(newline) + newline, because },
  ];
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}
