import { defineConfig } from '@playwright/test';
import { findDesktop } from '../.ci/browser.ts';
import { shareCompileCache } from '../.ci/compile-cache.ts';
import type { TargetOptions } from './fixtures.ts';

shareCompileCache();
const target = 'path' in findDesktop() ? 'desktop' : 'web';

/** The same specs in the desktop app where there is one, else in Chromium against `lima serve`. */
export default defineConfig<object, TargetOptions>({
  testDir: 'specs',
  outputDir: '../test-results',
  // A page waits more than it computes, for its server and its engines.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },

  forbidOnly: Boolean(process.env['CI']),
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['list'], ['json']] : 'list',
  use: {
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 840 },
  },
  projects: [{ name: target, use: { target } }],
});
