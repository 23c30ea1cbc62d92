import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { outcomeOf } from '../../transforms/migrate.js';
import type { ListedFile } from '../../transforms/project/files.js';
import { listFiles } from '../../transforms/project/list.js';
import { type FileOutcome, type Outcome, STEPS } from '../../transforms/words.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** An application of ours: every fixture's input, and the whole applications. */
export interface Input {
  readonly name: string;
  readonly files: readonly ListedFile[];
}

/** Reads every input that the rules' fixtures and the applications give. */
export async function inputs(): Promise<Input[]> {
  const folders = readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name === 'input')
    .map((entry) => join(entry.parentPath, entry.name));
  const applications = readdirSync(join(FIXTURES, 'apps')).map((name) => join(FIXTURES, 'apps', name));
  return Promise.all(
    [...folders, ...applications].sort().map(async (folder) => ({
      name: relative(FIXTURES, folder).replace(/\/input$/, ''),
      files: await listFiles(folder),
    })),
  );
}

/** What all steps make of files. */
export function migrated(files: readonly ListedFile[]): Outcome {
  return outcomeOf(files, { root: '/application', steps: STEPS, today: new Date('2026-01-01T00:00:00Z') });
}

/** The files as a written migration leaves them. */
export function written(outcome: Outcome): ListedFile[] {
  return outcome.files
    .filter(({ status }) => status !== 'deleted')
    .map(({ path, before, after }) => ({ path, text: after ?? before ?? '' }));
}

/** Files that would change. */
export function changedOf(outcome: Outcome): FileOutcome[] {
  return outcome.files.filter(
    (file) => file.status === 'modified' || file.status === 'added' || file.status === 'deleted',
  );
}

/** Files that failed by a fault of ours: a rule threw, edits clashed, or the output does not parse. */
export function faultsOf(outcome: Outcome): string[] {
  return outcome.files
    .filter((file) => /could not be made|failed here|change together|is claimed by/.test(file.reason ?? ''))
    .map((file) => `${file.path}: ${file.reason}`);
}
