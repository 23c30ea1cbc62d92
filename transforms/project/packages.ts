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
    type: manifest.type === 'module' ? 'module' : 'commonjs',
    dependencies: new Set(versions.keys()),
    versions,
    aliases,
    ...(typeof manifest.proxy === 'string' ? { proxy: manifest.proxy } : {}),
  };
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
