import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run faults`, `npm run soak`, `npm run bench:shim`. */
export default defineConfig({
  test: {
    include: ['shim/test/long/*.long.ts'],
    testTimeout: 900_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
