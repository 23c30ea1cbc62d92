import { applyEdits as applyJson, modify } from 'jsonc-parser';
import type { Edit } from '../edit/edits.js';
import { styleOf } from '../edit/style.js';
import type { Package } from '../project/packages.js';

/** The range of the shim that migrated code needs. */
export const SHIM_RANGE = '^0.1.0';

const DEPENDENCIES: Readonly<Record<string, string>> = {
  '@jwt-to-session/shim': SHIM_RANGE,
  'connect-redis': '^8.1.0',
  ioredis: '^5.11.1',
};

/** Adds what the session module imports to a package.json, its formatting and order kept. */
export function packageJsonEdits({ path, text, dependencies }: Package): Edit[] {
  const missing = Object.entries(DEPENDENCIES).filter(([name]) => !dependencies.has(name));
  if (!missing.length) return [];
  const { newline, indent } = styleOf(text);
  const formattingOptions = {
    insertSpaces: indent !== '\t',
    tabSize: indent === '\t' ? 1 : indent.length,
    eol: newline,
  };
  let after = text;
  for (const [name, range] of missing) {
    const edits = modify(after, ['dependencies', name], range, {
      formattingOptions,
      getInsertionIndex: (names) => {
        const next = names.findIndex((other) => other.localeCompare(name) > 0);
        const sorted = names.every((other, index) => index === 0 || (names[index - 1] ?? '') <= other);
        return sorted && next >= 0 ? next : names.length;
      },
    });
    after = applyJson(after, edits);
  }
  return [difference(path, text, after)];
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
