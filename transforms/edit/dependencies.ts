import { applyEdits as applyJson, modify } from 'jsonc-parser';
import type { Package } from '../project/packages.js';
import type { Edit } from './edits.js';
import { SHIM } from './names.js';
import { styleOf } from './style.js';

/** The range of the shim that migrated code needs. */
const SHIM_RANGE = '^0.1.0';

/** Adds the shim to the dependencies of a browser application. */
export function dependencyEdits({ path, text, dependencies }: Package): Edit[] {
  if (dependencies.has(SHIM)) return [];
  const { newline, indent } = styleOf(text);
  const edits = modify(text, ['dependencies', SHIM], SHIM_RANGE, {
    formattingOptions: {
      insertSpaces: indent !== '\t',
      tabSize: indent === '\t' ? 1 : indent.length,
      eol: newline,
    },
    getInsertionIndex: (names) => {
      const next = names.findIndex((other) => other.localeCompare(SHIM) > 0);
      return next >= 0 ? next : names.length;
    },
  });
  void applyJson;
  return edits.map(({ offset, length, content }) => ({
    file: path,
    start: offset,
    end: offset + length,
    text: content,
    because: 'the browser needs the shim',
  }));
}
