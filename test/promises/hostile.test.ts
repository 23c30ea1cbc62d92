import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../../transforms/project/files.js';
import { changedOf, faultsOf, inputs, migrated, written } from './inputs.js';
import { MUTATIONS } from './mutations.js';

/** The same code is tried in the same ways at every run; `FUZZ_RUNS=500 FUZZ_SEED=7` looks further. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

const sources = await inputs();
const isCode = (path: string) => /\.(?:[cm]?[jt]sx?|vue|svelte)$/.test(path);

describe('applications that nobody wrote so', () => {
  test.each(Object.keys(MUTATIONS))('%s: no crash, no half change, and a second run is empty', (name) => {
    const mutate = MUTATIONS[name];
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.nat(9_999),
        fc.nat(9_999),
        fc.nat(9_999),
        (input, which, a, b) => {
          const code = input.files.filter((file) => isCode(file.path));
          const chosen = code[which % Math.max(1, code.length)];
          const files = input.files.map(
            (file): ListedFile =>
              file === chosen && mutate ? { ...file, text: mutate(file.text, a, b) } : file,
          );
          const outcome = migrated(files);
          expect(faultsOf(outcome)).toEqual([]);
          const again = changedOf(migrated(written(outcome)));
          expect(again.map((file) => `${file.path} ${file.after}`)).toEqual([]);
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });
});
