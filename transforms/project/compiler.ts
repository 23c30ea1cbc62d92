import { posix } from 'node:path';
import type { ListedFile } from './files.js';
import { parseJson, record } from './packages.js';
import type { Sources } from './sources.js';

/** Whether the compiler settings for a TypeScript file refuse a dot before keys that its type does not name. */
export function wantsBrackets(sources: Sources, path: string): boolean {
  return isSet(sources, path, 'noPropertyAccessFromIndexSignature');
}

/** Whether they refuse parameters that nothing reads, unless their names begin with a line. */
export function refusesUnread(sources: Sources, path: string): boolean {
  return isSet(sources, path, 'noUnusedParameters');
}

function isSet({ listed }: Sources, path: string, option: string): boolean {
  if (!/\.[cm]?tsx?$/.test(path)) return false;
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const settings = listed.find((file) => file.path === posix.join(folder, 'tsconfig.json'));
    if (settings) return saysSo(listed, settings, option, 0);
    if (folder === '.') return false;
  }
}

/** A file's own word goes before those of the files that it extends, the last of which goes first. */
function saysSo(
  listed: readonly ListedFile[],
  { path, text }: ListedFile,
  option: string,
  depth: number,
): boolean {
  const settings = record(parseJson(text));
  const own = record(settings?.compilerOptions)?.[option];
  if (typeof own === 'boolean' || depth > 4) return own === true;
  const bases: unknown[] = Array.isArray(settings?.extends) ? settings.extends : [settings?.extends];
  return bases.some((base) => {
    if (typeof base !== 'string') return false;
    // Settings that are published as the strictest set everything.
    if (!base.startsWith('.')) return /strictest/.test(base);
    const at = posix.join(posix.dirname(path), base);
    const found = listed.find((file) => file.path === at || file.path === `${at}.json`);
    return found !== undefined && saysSo(listed, found, option, depth + 1);
  });
}
