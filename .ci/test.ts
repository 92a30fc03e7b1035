import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { findBrowser, findDesktop, installBrowser } from './browser.ts';
import { listChecks } from './checks.ts';
import { runCheck, type Outcome } from './run-check.ts';

// Every check runs on the pinned Node, also when another one started this file.
const binaries = resolve(import.meta.dirname, '../node_modules/.bin');
process.env['PATH'] = `${binaries}${delimiter}${process.env['PATH'] ?? ''}`;

/** Where the end-to-end specs run, in words; sets CHROMIUM_PATH when that is a browser. */
function prepareE2e(): string {
  const desktop = findDesktop();
  if ('path' in desktop) return `the desktop app (${desktop.path})`;
  const browser = findBrowser() ?? installBrowser();
  process.env['CHROMIUM_PATH'] = browser.path;
  return `${browser.path} (from ${browser.origin}), not in the desktop app: ${desktop.missing}`;
}

/** Prepares for e2e; what fails here fails again, and is counted, when the specs run. */
function describeE2eTarget(): string {
  try {
    return prepareE2e();
  } catch (error) {
    return `no browser: ${String(error)}`;
  }
}

function summarize(outcomes: Outcome[]): void {
  console.log('\n== summary');
  for (const { name, passed, failed, failures, skipped, durationMs } of outcomes) {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`;
    console.log(`${counts} ${(durationMs / 1000).toFixed(0).padStart(5)} s  ${name}`);
    for (const failure of failures) console.log(`      failed: ${failure}`);
    for (const reason of skipped) console.log(`      did not run: ${reason}`);
  }
  const sum = (key: 'passed' | 'failed') =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
}

const reportsDir = mkdtempSync(join(tmpdir(), 'lima-test-reports-'));
process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] = join(reportsDir, 'e2e.json');
const outcomes: Outcome[] = [];
for (const group of listChecks(reportsDir, describeE2eTarget()))
  outcomes.push(...(await Promise.all(group.map(runCheck))));
rmSync(reportsDir, { recursive: true });
summarize(outcomes);
