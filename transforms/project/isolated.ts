import type { SourceFile } from './source.js';
import type { Sources } from './sources.js';

/**
 * What a finder finds in some files; nothing where it fails. Then these files are given up and left as they are,
 * and the run goes on with the others.
 */
export function isolated<T>(sources: Sources, files: readonly SourceFile[], find: () => readonly T[]): T[] {
  try {
    return [...find()];
  } catch (error) {
    const reason = `it could not be looked into: ${error instanceof Error ? error.message : String(error)}`;
    for (const { path } of files) sources.giveUp(path, reason);
    return [];
  }
}
