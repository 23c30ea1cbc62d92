import { posix } from 'node:path';
import type { PortableImport } from '../project/importing.js';
import type { Portable } from '../project/portable.js';
import { quoted, type Style } from './style.js';

/** An import statement to be: of a package, or of a file of the application. */
export interface ModuleImport {
  readonly specifier: string;
  readonly kind: PortableImport['imported']['kind'];
  /** Imported name → what it is called; for other kinds the one name it is called. */
  readonly names: readonly { readonly name: string; readonly local: string }[];
  readonly type?: boolean;
}

/** The imports that expressions need in a new file, and their texts there. */
export interface Settled {
  readonly imports: readonly ModuleImport[];
  textOf(portable: Portable): string;
}

/**
 * Settles what the names of several expressions are called in one new file: as they were, unless two different
 * things bear one name.
 *
 * @param path of the new file, relative to the root
 * @param taken names that the file defines itself
 */
export function settled(portables: readonly Portable[], path: string, taken: ReadonlySet<string>): Settled {
  const locals = new Map<string, string>();
  const used = new Set(taken);
  const imports = new Map<string, ModuleImport>();
  for (const one of portables.flatMap((portable) => portable.imports)) {
    const key = identity(one);
    if (locals.has(key)) continue;
    let local = one.local;
    for (let count = 2; used.has(local); count++) local = `${one.local}${count}`;
    used.add(local);
    locals.set(key, local);
    const specifier = specifierFrom(path, one);
    const { kind } = one.imported;
    const name = one.imported.kind === 'name' ? one.imported.name : local;
    const at = kind === 'name' ? `${kind} ${specifier}` : key;
    imports.set(at, { specifier, kind, names: [...(imports.get(at)?.names ?? []), { name, local }] });
  }
  return {
    imports: [...imports.values()],
    textOf(portable) {
      return portable.imports.reduce((text, one) => {
        const local = locals.get(identity(one)) ?? one.local;
        return local === one.local ? text : text.replace(mention(one.local), local);
      }, portable.text);
    },
  };
}

function mention(name: string): RegExp {
  return new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g');
}

function identity({ file, specifier, imported }: PortableImport): string {
  return [file?.path ?? specifier, imported.kind, imported.kind === 'name' ? imported.name : ''].join('\n');
}

/** How a new file at `path` names the module that an import is of; the way it was written is kept. */
function specifierFrom(path: string, { file, from, specifier }: PortableImport): string {
  if (!file || !specifier.startsWith('.')) return specifier;
  return relativeSpecifier(path, posix.join(posix.dirname(from.path), specifier));
}

export function relativeSpecifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** The statements of imports in a module system and style. */
export function importLines(
  system: 'commonjs' | 'module',
  imports: readonly ModuleImport[],
  style: Style,
): string[] {
  const sorted = imports.toSorted((a, b) => Number(isFile(a)) - Number(isFile(b)));
  return sorted.map(({ specifier, kind, names, type }) => {
    const from = quoted(style, specifier);
    const [first] = names;
    const local = first?.local ?? '';
    const list = names
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(({ name, local: called }) =>
        name === called ? name : system === 'module' ? `${name} as ${called}` : `${name}: ${called}`,
      )
      .join(', ');
    if (system === 'commonjs') {
      if (kind === 'name') return `const { ${list} } = require(${from});`;
      return `const ${local} = require(${from})${kind === 'default' ? '.default' : ''};`;
    }
    if (kind === 'name') return `import ${type ? 'type ' : ''}{ ${list} } from ${from};`;
    return kind === 'namespace' ? `import * as ${local} from ${from};` : `import ${local} from ${from};`;
  });
}

function isFile({ specifier }: ModuleImport): boolean {
  return specifier.startsWith('.');
}
