import { posix } from 'node:path';
import type { Application } from '../project/express/application.js';
import type { SourceFile } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { relativeSpecifier } from './module-imports.js';

/** Where the session module of an application goes: beside the file that makes it, under a name that is free. */
export function modulePathOf({ file }: Application, { listed }: Sources): string {
  const folder = posix.dirname(file.path);
  const extension = posix.extname(file.path).replace(/x$/, '');
  const taken = (name: string) =>
    listed.some(({ path }) => {
      const inside = posix.relative(folder, path);
      return inside.replace(/\.[^./]+$/, '') === name || inside.startsWith(`${name}/`);
    });
  const name = ['session', 'jwt-session', 'jwt-to-session'].find((one) => !taken(one)) ?? 'login-session';
  return posix.join(folder, `${name}${extension}`);
}

/** How a file names the session module: with an extension where its other imports have one. */
export function specifierOf(file: SourceFile, module: string): string {
  const specifier = relativeSpecifier(file.path, module);
  if (/\.mjs$/.test(module)) return specifier;
  const bare = specifier.replace(/\.[cm]?[jt]sx?$/, '');
  const extended = /(?:from|require\(|import)\s*['"]\.{1,2}\/[^'"]+\.js['"]/.test(file.text);
  return extended ? `${bare}.js` : bare;
}
