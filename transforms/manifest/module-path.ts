import { posix } from 'node:path';
import { relativeSpecifier } from '../edit/module-imports.js';
import type { Application } from '../project/express/application.js';
import { isSource } from '../project/files.js';
import { packageAt } from '../project/packages.js';
import type { SourceFile } from '../project/source.js';
import type { Sources } from '../project/sources.js';

/** Where the session module of an application goes: beside the file that makes it, under a name that is free. */
export function modulePathOf({ file }: Application, { listed }: Sources): string {
  const folder = folderFor(file, listed);
  const extension = posix.extname(file.path).replace(/x$/, '');
  const taken = (name: string) =>
    listed.some(({ path }) => {
      const inside = posix.relative(folder, path);
      return inside.replace(/\.[^./]+$/, '') === name || inside.startsWith(`${name}/`);
    });
  const name = ['session', 'jwt-session', 'jwt-to-session'].find((one) => !taken(one)) ?? 'login-session';
  return posix.join(folder, `${name}${extension}`);
}

/** Hosts that run each file of a folder as a function of its own: there a module is put beside the folder. */
const FUNCTIONS = [
  { settings: 'vercel.json', folder: 'api' },
  { settings: 'netlify.toml', folder: 'netlify/functions' },
] as const;

function folderFor({ path }: SourceFile, listed: Sources['listed']): string {
  for (const { settings, folder } of FUNCTIONS) {
    for (const found of listed.filter((file) => posix.basename(file.path) === settings)) {
      const root = posix.dirname(found.path);
      if (path.startsWith(`${posix.join(root, folder)}/`)) return root === '.' ? '' : root;
    }
  }
  return posix.dirname(path);
}

/** How a file names the session module: with an extension where other imports have one. */
export function specifierOf(file: SourceFile, module: string, sources: Sources): string {
  const specifier = relativeSpecifier(file.path, module);
  if (/\.mjs$/.test(module)) return specifier;
  const bare = specifier.replace(/\.[cm]?[jt]sx?$/, '');
  return namesExtensions(file, sources) ? `${bare}.js` : bare;
}

const RELATIVE = /(?:from|require\(|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+['"]/;
const EXTENDED = /(?:from|require\(|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+\.js['"]/;

/** Whether imports of a file end in `.js`: as its own do, else those of its package, else as Node demands. */
function namesExtensions(file: SourceFile, { listed, packages }: Sources): boolean {
  if (RELATIVE.test(file.text)) return EXTENDED.test(file.text);
  if (file.system === 'commonjs') return false;
  const home = packageAt(packages, file.path);
  const others = listed.filter(
    ({ path, text }) => isSource(path) && packageAt(packages, path) === home && RELATIVE.test(text),
  );
  if (others.length) return others.some(({ text }) => EXTENDED.test(text));
  return home?.type === 'module' && /\.[jt]s$/.test(file.path);
}
