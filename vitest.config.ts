import { defineConfig } from 'vitest/config';
import { shareCompileCache } from './.ci/compile-cache.ts';

shareCompileCache();

const common = {
  setupFiles: ['.ci/keep-type-stripper.ts'],
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** For tests that start engines, command lines and cores. */
const starting = { globalSetup: ['.ci/use-bundles.ts'] };

/** Native addons need real processes, and ggml wants both cores: forks, few at a time. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        // Starting a process for each of these files takes five times as long as what they test.
        test: {
          ...common,
          name: 'pure',
          include: ['shared/**/*.test.ts', 'renderer/**/*.test.ts'],
          isolate: false,
        },
      },
      // These put something in the place of a module.
      {
        test: { ...common, ...starting, name: 'electron', include: ['main/electron/**/*.test.ts'] },
      },
      {
        // By Node alone, as the program runs: what Vite makes of a loop takes twice as long.
        test: {
          ...common,
          name: 'main',
          ...starting,
          include: ['main/**/*.test.ts'],
          exclude: ['main/electron/**'],
          experimental: { viteModuleRunner: false, nodeLoader: false },
        },
      },
    ],
  },
});
