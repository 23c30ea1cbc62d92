import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { globby } from 'globby';
import type { ListedFile } from './files.js';

/** A root that is not there, is no folder or cannot be read. */
export class ProjectError extends Error {
  readonly code = 'PROJECT_UNREADABLE';
}

const SOURCES = '**/*.{js,jsx,cjs,mjs,ts,tsx,cts,mts,vue,svelte}';
const MANIFESTS = [
  '**/package.json',
  '**/tsconfig*.json',
  '**/jsconfig*.json',
  '**/{.,}env{.,-,_,}{example,sample,template,dist}',
  '**/.env{,.production,.development,.local}',
  '**/{proxy.conf,vercel,angular}.json',
  '**/netlify.toml',
  '**/*.html',
];

/** Folders that hold other people's code, or code that a build writes. */
const FOREIGN = [
  '**/node_modules/**',
  '**/.git/**',
  '**/dist/**',
  '**/build/**',
  '**/coverage/**',
  '**/.next/**',
  '**/.nuxt/**',
  '**/.output/**',
  '**/vendor/**',
  '**/.jwt-to-session/**',
  '**/*.min.js',
  '**/*.d.ts',
];

/** Beyond this a file is data or a bundle, not something a person wrote. */
const LARGEST_SOURCE = 2_000_000;

/**
 * Lists and reads an application's sources and manifests, git's ignore rules respected.
 *
 * @param root absolute path
 * @throws {ProjectError} when the root is not a folder that can be read
 */
export async function listFiles(root: string): Promise<ListedFile[]> {
  const folder = await stat(root).catch(() => undefined);
  if (!folder) throw new ProjectError(`${root} does not exist`);
  if (!folder.isDirectory()) throw new ProjectError(`${root} is not a folder: name the application's root`);
  const paths = await globby([SOURCES, ...MANIFESTS], {
    cwd: root,
    dot: true,
    gitignore: true,
    ignore: FOREIGN,
    followSymbolicLinks: false,
    suppressErrors: true,
  });
  const files = await Promise.all(paths.sort().map((path) => readListed(root, path)));
  return files.filter((file) => file !== undefined);
}

async function readListed(root: string, path: string): Promise<ListedFile | undefined> {
  try {
    return listedFile(path, await readFile(join(root, path)));
  } catch (error) {
    // Gone since it was listed, or a link to nowhere.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    return { path, text: '', unreadable: `it cannot be read: ${reason}` };
  }
}

function listedFile(path: string, bytes: Buffer): ListedFile {
  if (bytes.length > LARGEST_SOURCE) {
    const unreadable = `it has ${bytes.length} bytes, more than ${LARGEST_SOURCE}: no source is that large`;
    return { path, text: bytes.toString('latin1'), unreadable };
  }
  const text = bytes.toString('utf8');
  // A file that is not UTF-8 would not survive being written back.
  if (text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(bytes)) {
    return { path, text: bytes.toString('latin1'), unreadable: 'it is not UTF-8: save it as UTF-8' };
  }
  return { path, text };
}
