import { defineConfig } from 'vitest/config';

/** Native addons need real processes, and ggml wants both cores: forks, few at a time. */
export default defineConfig({
  test: {
    include: ['shared/**/*.test.ts', 'main/**/*.test.ts', 'renderer/**/*.test.ts'],
    setupFiles: ['.ci/keep-type-stripper.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
