import { posix } from 'node:path';
import type { ListedFile } from './files.js';
import { folderAt, type Package, parseJson, record } from './packages.js';

/** A prefix that module specifiers may start with, and the folder it stands for. */
interface Alias {
  /** Folder whose files may use it, relative to the root. */
  readonly scope: string;
  readonly prefix: string;
  /** `prefix` must be the whole specifier. */
  readonly exact: boolean;
  readonly folder: string;
}

/** Resolves module specifiers to files of the application. */
export interface ModuleResolver {
  /** The path of the file that `specifier`, written in file `from`, names; undefined for packages. */
  resolve(from: string, specifier: string): string | undefined;
}

const EXTENSIONS = ['', '.js', '.jsx', '.ts', '.tsx', '.mjs', '.cjs', '.mts', '.cts', '.vue', '.svelte'];

/**
 * Knows relative paths, TypeScript and jsconfig `paths` and `baseUrl`, `module-alias`, `@/` for `src`, `$lib` for
 * `src/lib`, Quasar's folders, and the other packages of the repository by their names.
 */
export function moduleResolver(files: readonly ListedFile[], packages: readonly Package[]): ModuleResolver {
  const known = new Set(files.map((file) => file.path));
  const aliases = [...configuredAliases(files), ...packageAliases(packages)];
  const cache = new Map<string, string | undefined>();

  const fileAt = (path: string): string | undefined => {
    for (const extension of EXTENSIONS) if (known.has(path + extension)) return path + extension;
    // TypeScript sources are imported under the name of their output.
    const typed = path.replace(/\.(m|c)?js(x?)$/, '.$1ts$2');
    if (typed !== path && known.has(typed)) return typed;
    if (/\.js$/.test(path) && known.has(path.replace(/\.js$/, '.tsx'))) return path.replace(/\.js$/, '.tsx');
    for (const extension of EXTENSIONS.slice(1)) {
      const index = posix.join(path, `index${extension}`);
      if (known.has(index)) return index;
    }
    return undefined;
  };

  const find = (from: string, specifier: string): string | undefined => {
    if (/^\.\.?(?:\/|$)/.test(specifier)) return fileAt(posix.join(posix.dirname(from), specifier));
    for (const alias of aliases) {
      if (!from.startsWith(alias.scope)) continue;
      if (alias.exact ? specifier === alias.prefix : specifier.startsWith(alias.prefix)) {
        const found = fileAt(posix.join(alias.folder, specifier.slice(alias.prefix.length)));
        if (found) return found;
      }
    }
    const home = folderAt(packages, from);
    if (/^[@~]\//.test(specifier)) {
      return (
        fileAt(posix.join(home, 'src', specifier.slice(2))) ?? fileAt(posix.join(home, specifier.slice(2)))
      );
    }
    // SvelteKit's own.
    if (/^\$lib(?:\/|$)/.test(specifier)) return fileAt(posix.join(home, 'src', specifier.slice(1)));
    // Quasar's own.
    const quasar = /^(?:src|boot|components|layouts|pages|router|stores)\//.test(specifier);
    const own = quasar ? fileAt(posix.join(home, 'src', specifier.replace(/^src\//, ''))) : undefined;
    if (own) return own;
    const shared = packages.find(
      ({ name, folder }) => folder !== home && (specifier === name || specifier.startsWith(`${name}/`)),
    );
    return shared && inPackage(shared, specifier.slice(shared.name?.length));
  };

  /** The source of what a package offers: it may name what is built of it. */
  const inPackage = ({ folder, entries }: Package, part: string): string | undefined => {
    const entry = entries.get(part);
    const named = entry === undefined ? [] : [entry, ...sourcesOfBuilt(entry)];
    const usual = part ? [part, `src${part}`] : ['index', 'src/index'];
    for (const path of [...named, ...usual]) {
      const found = fileAt(posix.join(folder, path));
      if (found) return found;
    }
    return undefined;
  };

  return {
    resolve(from, specifier) {
      const key = `${posix.dirname(from)}\n${specifier}`;
      if (!cache.has(key)) cache.set(key, find(from, specifier));
      return cache.get(key);
    },
  };
}

/** `dist/index.js` is made of `src/index.ts`, or of `index.ts`. */
function sourcesOfBuilt(path: string): string[] {
  const built = /^(?:\.\/)?(?:dist|build|lib|out)\/(?:(?:cjs|esm)\/)?/;
  return built.test(path) ? [path.replace(built, 'src/'), path.replace(built, '')] : [];
}

function configuredAliases(files: readonly ListedFile[]): Alias[] {
  const aliases: Alias[] = [];
  for (const file of files) {
    if (!/(?:^|\/)[jt]sconfig[^/]*\.json$/.test(file.path)) continue;
    const options = record(record(parseJson(file.text))?.compilerOptions);
    if (!options) continue;
    const scope = folderOf(file.path);
    const base = posix.join(scope, typeof options.baseUrl === 'string' ? options.baseUrl : '.');
    for (const [pattern, targets] of Object.entries(record(options.paths) ?? {})) {
      const target: unknown = Array.isArray(targets) ? targets[0] : undefined;
      if (typeof target !== 'string') continue;
      const folder = posix.join(base, target.replace(/\*$/, ''));
      aliases.push({ scope, prefix: pattern.replace(/\*$/, ''), exact: !pattern.endsWith('*'), folder });
    }
    if (typeof options.baseUrl === 'string') aliases.push({ scope, prefix: '', exact: false, folder: base });
  }
  return aliases;
}

function packageAliases(packages: readonly Package[]): Alias[] {
  return packages.flatMap((found) =>
    [...found.aliases].flatMap(([name, folder]) => [
      { scope: found.folder, prefix: name, exact: true, folder },
      { scope: found.folder, prefix: `${name}/`, exact: false, folder },
    ]),
  );
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}
