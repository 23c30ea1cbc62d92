import { defineConfig } from 'vitest/config';

/** Tests of times: after the others, which would keep both cores busy. They wait more than they work. */
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
        test: { name: 'shim', include: TIMED, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
