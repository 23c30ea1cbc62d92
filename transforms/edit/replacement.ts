import type { NodePath } from '@babel/traverse';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Edit, NeededName } from './edits.js';

/** Code that takes the place of other code. */
export function replacement(
  file: SourceFile,
  { node }: NodePath,
  text: string,
  needs?: readonly NeededName[],
): Edit {
  return { file: file.path, start: startOf(node), end: endOf(node), text, ...(needs ? { needs } : {}) };
}
