import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PathGuard } from '../../files/path-guard.ts';
import { FixtureFolder, importAll, postsDump } from '../testing/import-fixtures.ts';
import { makeArchive } from '../testing/make-archive.ts';
import { makePostsDump } from '../testing/make-posts-dump.ts';
import type { ParsedSample } from './sample/parsed-sample.ts';
import { runImport } from './run-import.ts';

const guard = new PathGuard(null);

/** A dump of some size, and the archive of a site with it between other tables. */
async function writeSite(folder: FixtureFolder, sizeBytes: number, args: string[]) {
  const plain = join(folder.path, 'coffee.stackexchange.com.Posts.xml');
  await makePostsDump(plain, sizeBytes);
  const posts = readFileSync(plain);
  const other = posts.subarray(0, 100_000);
  const content = { 'Badges.xml': other, 'Posts.xml': posts, 'Votes.xml': other };
  const archive = await makeArchive(content, args);
  return { plain, packed: folder.write('coffee.stackexchange.com.7z', archive) };
}

/** Samples but for the name of the file that they were read from, to the byte. */
const wordsOf = (samples: readonly ParsedSample[]) =>
  samples.map((sample) =>
    JSON.stringify({ ...sample, provenance: { ...sample.provenance, file: '' } }),
  );

const threads = () => readdirSync('/proc/self/task').length;

test.each([
  ['LZMA', ['-m0=LZMA', '-mx=1']],
  ['BZip2, each file by itself', ['-m0=BZip2', '-mx=1', '-ms=off']],
])('a site packed with %s gives the samples of its plain Posts.xml', async (_, args) => {
  using folder = new FixtureFolder();
  const { plain, packed } = await writeSite(folder, 3_000_000, args);
  const [expected, read] = [await importAll({ path: plain }), await importAll({ path: packed })];
  expect(expected.samples.length).toBeGreaterThan(300);
  expect(wordsOf(read.samples)).toEqual(wordsOf(expected.samples));
  expect(read.counts).toEqual(expected.counts);
  expect(read.samples[0]).toMatchObject({
    source: 'coffee.stackexchange',
    provenance: { site: 'coffee.stackexchange.com', file: 'coffee.stackexchange.com.7z' },
  });
});

test('a damaged archive gives the samples that stand before, and a line that says so', async () => {
  using folder = new FixtureFolder();
  const { packed } = await writeSite(folder, 3_000_000, ['-m0=BZip2', '-mx=1']);
  const archive = readFileSync(packed);
  archive.fill(0x55, archive.length >> 1, (archive.length >> 1) + 64);
  const { counts, samples, badLines } = await importAll({ path: folder.write('hurt.7z', archive) });
  expect(samples.length).toBeGreaterThan(50);
  expect(counts.damage).toMatch(/7-Zip archive is cut off or corrupt/);
  expect(badLines.at(-1)?.message).toMatch(/the file ends early: .*; what came before was kept/);
});

test('a table of another kind is told apart by its root', async () => {
  using folder = new FixtureFolder();
  const archive = await makeArchive({ 'Posts.xml': postsDump([]).replaceAll('posts', 'users') });
  await expect(importAll({ path: folder.write('users.7z', archive) })).rejects.toThrow(
    /users\.7z was not recognized: .*root element <users>/,
  );
});

describe('an import in its thread', () => {
  test('tells progress to the end of an archive', async () => {
    using folder = new FixtureFolder();
    const { packed } = await writeSite(folder, 3_000_000, ['-mx=1']);
    const fractions: number[] = [];
    await runImport(
      { path: guard.check(packed), format: 'auto' },
      {
        onBatch: () => undefined,
        onProgress: ({ fraction }) => void fractions.push(fraction),
      },
    );
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('that is cancelled ends every thread', async () => {
    using folder = new FixtureFolder();
    const { packed } = await writeSite(folder, 12_000_000, ['-mx=1']);
    await runImport({ path: guard.check(packed), format: 'auto' }, { onBatch: () => undefined });
    const before = threads();
    const cancel = new AbortController();
    const running = runImport(
      { path: guard.check(packed), format: 'auto' },
      {
        signal: cancel.signal,
        onBatch: () => undefined,
        onProgress: ({ read }) => {
          if (read > 0) cancel.abort(new Error('cancelled by the user'));
        },
      },
    );
    await expect(running).rejects.toThrow('cancelled by the user');
    for (let tries = 0; threads() > before && tries < 100; tries++) await sleep(50);
    expect(threads()).toBeLessThanOrEqual(before);
  });
});
