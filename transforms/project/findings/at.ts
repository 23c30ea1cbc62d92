import type { NodePath } from '@babel/traverse';
import { positionOf, startOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Where a finding is: the file and line of a path. */
export function at(sources: Sources, path: NodePath): { file: string; line: number } {
  const file = sources.fileOf(path);
  return { file: file.path, line: positionOf(file.text, startOf(path.node)).line };
}
