import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What one check counted; `skipped` names tests that did not run, with the reason if known. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: string[];
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Counts a vitest JSON report; a file that failed outside its tests is one failure. */
export function countVitest(file: string): Counts {
  const { testResults } = vitestReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  for (const { name, status, assertionResults } of testResults) {
    const failed = assertionResults.filter((result) => result.status === 'failed').length;
    counts.failed += failed === 0 && status === 'failed' ? 1 : failed;
    for (const result of assertionResults)
      if (result.status === 'passed') counts.passed += 1;
      else if (result.status !== 'failed') counts.skipped.push(`${name}: ${result.fullName}`);
  }
  return counts;
}

const playwrightReport = z.object({
  errors: z.array(z.unknown()),
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

/** Counts a Playwright JSON report; a test that needed a second try has failed. */
export function countPlaywright(file: string): Counts {
  const { errors, stats } = playwrightReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  const failed = stats.unexpected + stats.flaky;
  return {
    passed: stats.expected,
    failed: failed === 0 && errors.length > 0 ? 1 : failed,
    skipped: stats.skipped > 0 ? [`${stats.skipped} specs; the list above names them`] : [],
  };
}
