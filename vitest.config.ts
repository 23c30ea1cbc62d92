import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/services/missing.ts'],
    include: ['test/**/*.test.ts', 'shim/test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
