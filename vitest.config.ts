import { defineConfig } from 'vitest/config';

/** Tests of times: each has the machine to itself, after the others. */
const TIMED = ['shim/test/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/services/missing.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'codemods and applications',
          include: ['test/**/*.test.ts'],
          // Servers and browsers spend much of their time on waiting for each other.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'shim', include: TIMED, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
