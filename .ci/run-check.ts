import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '..');

/** One thing that must hold. */
export interface Check {
  name: string;
  /** What breaks when it does not hold. */
  why: string;
  /** A program of node_modules/.bin and its arguments. */
  command: string[];
  timeoutMs: number;
  /** A report the command writes, and how to count it; without one the check counts as one. */
  report?: { file: string; count(file: string): Counts };
}

/** How a check went. */
export interface Outcome extends Counts {
  name: string;
  durationMs: number;
}

/** Runs a check with its output on this terminal; a command that fails is at least one failure. */
export async function runCheck(check: Check): Promise<Outcome> {
  console.log(`\n== ${check.name}: ${check.why}\n$ ${check.command.join(' ')}`);
  if (check.report) rmSync(check.report.file, { force: true });
  const startedMs = Date.now();
  const problem = await runCommand(check);
  if (problem) console.log(`${check.name} failed: ${problem}`);
  const counts = countOf(check, problem);
  return { name: check.name, durationMs: Date.now() - startedMs, ...counts };
}

function countOf({ name, report }: Check, problem: string | undefined): Counts {
  const asOne = { passed: problem ? 0 : 1, failed: problem ? 1 : 0, failures: [], skipped: [] };
  if (!report) return asOne;
  try {
    const counts = report.count(report.file);
    if (counts.passed + counts.failed === 0) throw new Error('it lists no test');
    return problem && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch (error) {
    console.log(`${name} left no usable report: ${String(error)}`);
    return { passed: 0, failed: 1, failures: [], skipped: [] };
  }
}

/** Resolves to what went wrong, if anything did; the whole process group ends with the time. */
function runCommand({ command, timeoutMs }: Check): Promise<string | undefined> {
  const [program = '', ...args] = command;
  const child = spawn(join(checkout, 'node_modules/.bin', program), args, {
    cwd: checkout,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', killGroup);
  return new Promise((done) => {
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      process.off('exit', killGroup);
      done(problem);
    };
    const timer = setTimeout(() => {
      killGroup();
      end(`it did not end within ${timeoutMs / 1000} s`);
    }, timeoutMs);
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => {
      if (signal) end(`it was ended by ${signal}`);
      else end(code === 0 ? undefined : `exit code ${code}`);
    });
  });
}

/**
 * What one check counted. `failures` names the tests that failed, where the report does; `skipped`
 * those that did not run, with the reason if known.
 */
interface Counts {
  passed: number;
  failed: number;
  failures: string[];
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
  const counts: Counts = { passed: 0, failed: 0, failures: [], skipped: [] };
  for (const { name, status, assertionResults } of testResults) {
    const failed = assertionResults.filter((result) => result.status === 'failed');
    counts.failures.push(...failed.map((result) => `${name}: ${result.fullName}`));
    if (failed.length === 0 && status === 'failed')
      counts.failures.push(`${name}: outside its tests`);
    for (const result of assertionResults)
      if (result.status === 'passed') counts.passed += 1;
      else if (result.status !== 'failed') counts.skipped.push(`${name}: ${result.fullName}`);
  }
  return { ...counts, failed: counts.failures.length };
}

const playwrightSuite = z.object({
  specs: z.array(z.object({ title: z.string(), file: z.string(), ok: z.boolean() })),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});

const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
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
  const { suites, errors, stats } = playwrightReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  const failed = stats.unexpected + stats.flaky;
  return {
    passed: stats.expected,
    failed: failed === 0 && errors.length > 0 ? 1 : failed,
    failures: suites.flatMap(failuresIn),
    skipped: stats.skipped > 0 ? [`${stats.skipped} specs; the list above names them`] : [],
  };
}

function failuresIn({ specs, suites = [] }: z.infer<typeof playwrightSuite>): string[] {
  const failed = specs.filter((spec) => !spec.ok).map(({ file, title }) => `${file}: ${title}`);
  return [...failed, ...suites.flatMap(failuresIn)];
}
