import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FixtureFolder } from '../testing/import-fixtures.ts';
import { makePostsDump } from '../testing/make-posts-dump.ts';
import { PathGuard } from '../../files/path-guard.ts';
import { runImport } from './run-import.ts';

const guard = new PathGuard(null);

const manyRecords = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ instruction: `Count to ${index}.`, output: `Done: ${index}.` }),
  ).join('\n');

test('every sample arrives once and in order, with bad lines and progress to the end', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('count.jsonl', `${manyRecords(1500)}\nbroken`, 'zstd');
  const prompts: (string | undefined)[] = [];
  const badLines: number[] = [];
  let last = { fraction: 0, bytesRead: 0, totalBytes: 1, read: 0, bad: 0 };
  const counts = await runImport(
    { path: guard.check(path), format: 'auto' },
    {
      onBatch: (samples) => void prompts.push(...samples.map((s) => s.messages[0]?.content)),
      onBadLine: ({ line }) => void badLines.push(line),
      onProgress: (progress) => {
        expect(progress.fraction).toBeGreaterThanOrEqual(last.fraction);
        last = progress;
      },
    },
  );
  expect(prompts).toEqual(Array.from({ length: 1500 }, (_, index) => `Count to ${index}.`));
  expect(badLines).toEqual([1501]);
  expect(counts).toMatchObject({
    format: 'alpaca',
    rows: 1501,
    samples: 1500,
    bad: 1,
    leftOut: {},
  });
  expect(last).toEqual({ ...last, fraction: 1, bytesRead: last.totalBytes, read: 1501, bad: 1 });
});

test('the reader waits while a batch is being stored: memory does not fill with samples', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('count.jsonl', manyRecords(2000));
  let isStoring = false;
  let largestBatch = 0;
  await runImport(
    { path: guard.check(path), format: 'auto' },
    {
      onBatch: async (samples) => {
        expect(isStoring).toBe(false);
        isStoring = true;
        largestBatch = Math.max(largestBatch, samples.length);
        await sleep(10);
        isStoring = false;
      },
    },
  );
  expect(largestBatch).toBe(200);
});

test('a cancelled import stops at once, hands over nothing more and leaves no scratch file', async () => {
  using folder = new FixtureFolder();
  using scratch = new FixtureFolder();
  const path = `${folder.path}/Posts.xml`;
  await makePostsDump(path, 4_000_000);
  const cancel = new AbortController();
  let batches = 0;
  const running = runImport(
    { path: guard.check(path), format: 'auto', scratchFolder: scratch.path },
    {
      signal: cancel.signal,
      onBatch: () => {
        batches++;
        cancel.abort(new Error('cancelled by the user'));
      },
    },
  );
  await expect(running).rejects.toThrow('cancelled by the user');
  await sleep(100);
  expect(batches).toBe(1);
  expect(readdirSync(scratch.path)).toEqual([]);
});

test('an error while storing ends the import with that error', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('count.jsonl', manyRecords(1000));
  const running = runImport(
    { path: guard.check(path), format: 'auto' },
    { onBatch: () => Promise.reject(new Error('the project is read-only')) },
  );
  await expect(running).rejects.toThrow('the project is read-only');
});

test('what is wrong with a file crosses the thread with its code', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('table.csv', 'a,b\n1,2\n');
  await expect(
    runImport({ path: guard.check(path), format: 'auto' }, { onBatch: () => undefined }),
  ).rejects.toMatchObject({ name: 'ImportError', code: 'FILE_FORMAT_UNKNOWN' });
});
