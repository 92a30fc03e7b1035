import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { countPlaywright, countVitest, runCheck, type Check } from './run-check.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-run-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = (body: string) => `import { test, expect } from 'vitest';\n${body}\n`;

function check(script: string, more: Partial<Check> = {}): Check {
  const command = ['node', '-e', script];
  return { name: 'planted', why: 'a test of the tests', command, timeoutMs: 20_000, ...more };
}

test('a command that exits with an error counts as failed, whatever it prints', async () => {
  const outcome = await runCheck(check(`console.log('everything passed'); process.exit(3)`));
  expect(outcome).toMatchObject({ passed: 0, failed: 1 });
});

test('a command that hangs is ended with its children and counted as failed', async () => {
  const pidFile = join(folder, 'pid');
  const child = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, '' + process.pid); setInterval(() => {}, 999)`;
  const script = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(child)}])`;
  const outcome = await runCheck(check(script, { timeoutMs: 3000 }));
  expect(outcome).toMatchObject({ passed: 0, failed: 1 });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
});

test('a command that leaves no report, or an empty one, counts as failed', async () => {
  const file = join(folder, 'report.json');
  const report = { file, count: countVitest };
  expect(await runCheck(check('0', { report }))).toMatchObject({ passed: 0, failed: 1 });
  const write = `require('node:fs').writeFileSync(${JSON.stringify(file)}, '{"testResults":[]}')`;
  expect(await runCheck(check(write, { report }))).toMatchObject({ passed: 0, failed: 1 });
});

test('vitest: a failed test and a broken file count as failed and are named, a skipped test as skipped', async () => {
  const file = join(folder, 'vitest.json');
  writeFileSync(
    join(folder, 'mixed.test.ts'),
    source(`test('a', () => {}); test('b', () => expect(1).toBe(2)); test.skip('c', () => {});`),
  );
  writeFileSync(join(folder, 'broken.test.ts'), source(`throw new Error('broken file');`));
  const command = ['vitest', 'run', '--root', folder, '--reporter=json', `--outputFile=${file}`];
  const outcome = await runCheck(check('', { command, report: { file, count: countVitest } }));
  expect(outcome).toMatchObject({ passed: 1, failed: 2 });
  expect(outcome.skipped).toEqual([expect.stringContaining('mixed.test.ts: c')]);
  expect(outcome.failures.toSorted()).toEqual([
    expect.stringContaining('broken.test.ts: outside its tests'),
    expect.stringContaining('mixed.test.ts: b'),
  ]);
});

test('Playwright: a flaky spec and a broken configuration count as failed, and specs are named', () => {
  const file = join(folder, 'playwright.json');
  const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 };
  const specs = [
    { title: 'a vote is kept', file: 'voting.spec.ts', ok: false },
    { title: 'a page opens', file: 'voting.spec.ts', ok: true },
  ];
  const suites = [{ specs: [], suites: [{ specs }] }];
  writeFileSync(file, JSON.stringify({ suites, errors: [], stats }));
  expect(countPlaywright(file)).toEqual({
    passed: 3,
    failed: 2,
    failures: ['voting.spec.ts: a vote is kept'],
    skipped: [expect.stringContaining('2 specs')],
  });
  const none = { ...stats, expected: 0, unexpected: 0, flaky: 0 };
  writeFileSync(file, JSON.stringify({ suites: [], errors: [{}], stats: none }));
  expect(countPlaywright(file)).toMatchObject({ passed: 0, failed: 1 });
});
