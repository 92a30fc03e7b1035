import { join } from 'node:path';
import { countPlaywright, countVitest, type Check } from './run-check.ts';

const minuteMs = 60_000;

/**
 * Everything that must hold, in the order it runs: quick answers first. Those of one group run side
 * by side, each in one thread. All tests may look at what the build wrote.
 */
export function listChecks(reportsDir: string, e2eTarget: string): Check[][] {
  const [format, types, build, boundaries, deadCode, lint] = staticChecks;
  return [
    [format, types],
    [build, boundaries, deadCode],
    [lint],
    ...testChecks(reportsDir, e2eTarget).map((check) => [check]),
  ];
}

const staticChecks: [Check, Check, Check, Check, Check, Check] = [
  {
    name: 'format',
    why: 'one layout of code, so that diffs show changes only',
    command: ['prettier', '--check', '--log-level', 'warn', '.'],
    timeoutMs: 5 * minuteMs,
  },
  {
    name: 'types',
    why: 'TypeScript 6 strict over every project, shared without Node and DOM',
    command: ['tsc', '-b'],
    timeoutMs: 8 * minuteMs,
  },
  {
    name: 'build',
    why: 'what the application ships',
    command: ['node', '--run', 'build'],
    timeoutMs: 3 * minuteMs,
  },
  {
    name: 'boundaries',
    why: 'the import rules of the layout',
    command: ['node', '.ci/boundaries.ts'],
    timeoutMs: 2 * minuteMs,
  },
  {
    name: 'dead code',
    why: 'no unused file, export or dependency',
    command: ['knip', '--no-progress'],
    timeoutMs: 2 * minuteMs,
  },
  {
    name: 'lint',
    why: 'floating promises, missed cases, unsafe assertions, files that grew too long',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    timeoutMs: 6 * minuteMs,
  },
];

// Limits only end what hangs: the same tests took 9 minutes on one machine, 15 were not enough for another.
function testChecks(reportsDir: string, e2eTarget: string): Check[] {
  const unit = join(reportsDir, 'unit.json');
  const checks = join(reportsDir, 'checks.json');
  const e2e = join(reportsDir, 'e2e.json');
  return [
    {
      name: 'unit and integration',
      why: 'every part with real files and real child processes',
      command: ['vitest', 'run', ...vitestReporters(unit)],
      timeoutMs: 40 * minuteMs,
      report: { file: unit, count: countVitest },
    },
    {
      name: 'checks and package',
      why: 'planted imports break each boundary; the packed application starts and is clean',
      command: ['vitest', 'run', '--config', '.ci/vitest.config.ts', ...vitestReporters(checks)],
      timeoutMs: 10 * minuteMs,
      report: { file: checks, count: countVitest },
    },
    {
      name: 'e2e',
      why: `a person's work in the window, in ${e2eTarget}`,
      command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts'],
      timeoutMs: 30 * minuteMs,
      report: { file: e2e, count: countPlaywright },
    },
  ];
}

function vitestReporters(file: string): string[] {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
}
