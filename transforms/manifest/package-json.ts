import { applyEdits as applyJson, modify } from 'jsonc-parser';
import type { Edit } from '../edit/edits.js';
import { styleOf } from '../edit/style.js';
import type { Package } from '../project/packages.js';

/** The range of the shim that migrated code needs. */
export const SHIM_RANGE = '^0.1.0';

const RANGES = {
  '@jwt-to-session/shim': SHIM_RANGE,
  'connect-redis': '^8.1.0',
  ioredis: '^5.11.1',
  jsonwebtoken: '^9.0.3',
  '@types/jsonwebtoken': '^9.0.10',
} as const;

/** Packages and the list of package.json that they belong into. */
export type Needed = { readonly [name in keyof typeof RANGES]?: 'dependencies' | 'devDependencies' };

const ALWAYS: Needed = {
  '@jwt-to-session/shim': 'dependencies',
  'connect-redis': 'dependencies',
  ioredis: 'dependencies',
};

/** Adds what the session module imports to a package.json, its formatting and order kept. */
export function packageJsonEdits({ path, text, dependencies }: Package, more: Needed): Edit[] {
  const needed = { ...ALWAYS, ...more };
  const { newline, indent } = styleOf(text);
  const formattingOptions = {
    insertSpaces: indent !== '\t',
    tabSize: indent === '\t' ? 1 : indent.length,
    eol: newline,
  };
  let after = text;
  for (const [name, range] of Object.entries(RANGES)) {
    const list = needed[name as keyof typeof RANGES];
    if (!list || dependencies.has(name)) continue;
    const edits = modify(after, [list, name], range, {
      formattingOptions,
      getInsertionIndex: (names) => {
        const next = names.findIndex((other) => other.localeCompare(name) > 0);
        const sorted = names.every((other, index) => index === 0 || (names[index - 1] ?? '') <= other);
        return sorted && next >= 0 ? next : names.length;
      },
    });
    after = applyJson(after, edits);
  }
  return after === text ? [] : [difference(path, text, after)];
}

/** One edit that turns one text into another: what they have in common at both ends stays. */
function difference(path: string, before: string, after: string): Edit {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return {
    file: path,
    start,
    end: before.length - end,
    text: after.slice(start, after.length - end),
    because: 'the session module needs the shim, and its Redis store ioredis and connect-redis',
  };
}
