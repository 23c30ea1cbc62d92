import { posix } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import type { ListedFile } from './files.js';

/** What of a package.json matters here. */
export interface Package {
  /** Folder of the package.json, relative to the root; `''` at the root. */
  readonly folder: string;
  /** Path of the package.json, relative to the root. */
  readonly path: string;
  readonly text: string;
  /** The name that other packages of the repository import it by. */
  readonly name?: string;
  /** What is imported from it (`''` the package itself, `/sub` a part of it), and the file that is meant. */
  readonly entries: ReadonlyMap<string, string>;
  readonly type: 'commonjs' | 'module';
  readonly dependencies: ReadonlySet<string>;
  readonly versions: ReadonlyMap<string, string>;
  /** Aliases of the `module-alias` package, target folders relative to the root. */
  readonly aliases: ReadonlyMap<string, string>;
  /** The development server's `proxy` of Create React App, if it is there. */
  readonly proxy?: string;
}

/** Reads the package.json files among the listed ones, the deepest folder first. */
export function packagesOf(files: readonly ListedFile[]): Package[] {
  return files
    .filter((file) => posix.basename(file.path) === 'package.json')
    .map(packageOf)
    .filter((found) => found !== undefined)
    .sort((a, b) => b.folder.length - a.folder.length);
}

/** The package a file belongs to: the nearest package.json above it. */
export function packageAt(packages: readonly Package[], path: string): Package | undefined {
  return packages.find((found) => found.folder === '' || path.startsWith(`${found.folder}/`));
}

function packageOf(file: ListedFile): Package | undefined {
  const manifest = record(parseJson(file.text));
  if (!manifest) return undefined;
  const folder = posix.dirname(file.path) === '.' ? '' : posix.dirname(file.path);
  const versions = new Map<string, string>();
  for (const field of ['peerDependencies', 'devDependencies', 'dependencies']) {
    for (const [name, version] of Object.entries(record(manifest[field]) ?? {})) {
      if (typeof version === 'string') versions.set(name, version);
    }
  }
  const aliases = new Map<string, string>();
  for (const [name, target] of Object.entries(record(manifest._moduleAliases) ?? {})) {
    if (typeof target === 'string') aliases.set(name, posix.join(folder, target));
  }
  return {
    folder,
    path: file.path,
    text: file.text,
    ...(typeof manifest.name === 'string' && manifest.name ? { name: manifest.name } : {}),
    entries: entriesOf(manifest),
    type: manifest.type === 'module' ? 'module' : 'commonjs',
    dependencies: new Set(versions.keys()),
    versions,
    aliases,
    ...(typeof manifest.proxy === 'string' ? { proxy: manifest.proxy } : {}),
  };
}

/** `exports`, and where it says nothing of the package itself, `source`, `module` or `main`. */
function entriesOf(manifest: Record<string, unknown>): Map<string, string> {
  const entries = new Map<string, string>();
  const put = (name: string, target: unknown) => {
    const path = targetOf(target);
    if (path !== undefined && !entries.has(name)) entries.set(name, path);
  };
  const { exports } = manifest;
  for (const [name, target] of Object.entries(record(exports) ?? {}))
    if (/^\.(?:\/|$)/.test(name)) put(name.slice(1), target);
  put('', exports);
  for (const field of ['source', 'module', 'main']) put('', manifest[field]);
  return entries;
}

/** The file that an entry of `exports` means, whichever of its conditions says so. */
function targetOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  for (const [condition, inner] of Object.entries(record(target) ?? {})) {
    const path = condition.startsWith('.') ? undefined : targetOf(inner);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The folder of the package that a path belongs to; the root where it belongs to none. */
export function folderAt(packages: readonly Package[], path: string): string {
  return packageAt(packages, path)?.folder ?? '';
}

/** JSON, also with comments and trailing commas as in tsconfig.json; undefined when it is neither. */
export function parseJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length ? undefined : value;
}

export function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
