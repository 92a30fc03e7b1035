import { truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compressFixture,
  FixtureFolder,
  type FixtureCompression,
} from '../testing/import-fixtures.ts';
import { readPrompts } from './formats/prompts.ts';
import { importFile } from './import-file.ts';
import { ImportOutput } from './sample/import-output.ts';

const megabyte = 1024 * 1024;
const sample = '{"instruction": "Add.", "output": "3"}\n';
const dump = '<?xml version="1.0" encoding="utf-8"?>\n<posts>\n';

/** A file that begins well and goes on with so many megabytes of one thing. */
function bomb(start: string, repeated: string, megabytes: number, compression: FixtureCompression) {
  const block = compressFixture(
    repeated.repeat(Math.floor(megabyte / repeated.length)),
    compression,
  );
  const head = compressFixture(start, compression);
  return Buffer.concat([head, ...Array.from({ length: megabytes }, () => block)]);
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'read to its end',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const importWords = (path: string) =>
  outcomeOf(importFile({ path, format: 'auto' }, async () => {}));
const promptWords = (path: string) => outcomeOf(readPrompts(path));

// Measured before there was a bound: each gigabyte of line ends took about a minute.
describe('a compressed file that is nothing but air', () => {
  test.each<[string, FixtureCompression, string, string]>([
    ['line ends behind a record', 'gzip', sample, '\n'],
    ['line ends behind a record', 'zstd', sample, '\n'],
    ['lines of spaces', 'gzip', sample, '   \n'],
    ['line ends in an array', 'gzip', `[${sample},`, '\n'],
    ['commas in an array', 'zstd', `[${sample}`, ','],
    ['line ends in a dump', 'zstd', dump, '\n'],
    ['one line that does not end', 'gzip', sample, 'x'],
    ['one string that does not end', 'zstd', `[${sample},"`, 'x'],
    [
      'the same record again and again',
      'zstd',
      sample,
      `{"instruction": "Add.", "output": "${'3 '.repeat(1000)}"}\n\n`,
    ],
  ])(
    '%s (%s): is refused with its name and what to do',
    async (_, compression, start, repeated) => {
      using folder = new FixtureFolder();
      const path = folder.write('bomb', bomb(start, repeated, 4096, compression));
      const words = /bomb, (line \d+: |it unpacks to \d.*unpack it and use the plain file)/;
      expect(await importWords(path)).toMatch(words);
      expect(await promptWords(path)).toMatch(
        /bomb, (line \d+: |it unpacks to)|not a prompt|read to its end/,
      );
    },
    60_000,
  );

  test('and nothing else, is empty for an import and no longer than that for prompts', async () => {
    using folder = new FixtureFolder();
    const path = folder.write('bomb', bomb('', '\n', 4096, 'gzip'));
    expect(await importWords(path)).toContain('is empty');
    expect(await promptWords(path)).toMatch(
      /bomb, line \d+: there are more than 64.0 MiB of white/,
    );
  }, 60_000);
});

test('an honest file that is longer than what comes free is read to its end', async () => {
  using folder = new FixtureFolder();
  const text = Array.from({ length: 5000 }, (_, index) => `step ${index * 7919}`).join(', ');
  const record = `${JSON.stringify({ instruction: 'Count.', output: text })}\n`;
  const block = compressFixture(record.repeat(16), 'gzip');
  const blocks = Math.ceil((70 * megabyte) / (16 * record.length));
  const path = folder.write('honest', Buffer.concat(Array.from({ length: blocks }, () => block)));
  expect(await importWords(path)).toBe('read to its end');
}, 60_000);

describe('a plain file', () => {
  test.each([
    ['a hole of a terabyte', 'sample', /line 2: there are more than 64.0 MiB of white/],
    ['a hole of a terabyte in an array', 'array', /line 2: there are more than 64.0 MiB/],
  ])(
    'with %s is refused at its line',
    async (_, kind, words) => {
      using folder = new FixtureFolder();
      const path = `${folder.path}/hole`;
      writeFileSync(path, kind === 'array' ? `[${sample}` : sample);
      truncateSync(path, 1024 ** 4);
      expect(await importWords(path)).toMatch(words);
    },
    60_000,
  );
});

test('a million bad records in a row end an import, and one good record among them does not', async () => {
  const source = { bytesRead: 1, totalBytes: 1, unpackedBytes: undefined };
  const output = new ImportOutput(source, async () => {});
  const addBad = async (count: number) => {
    for (let line = 1; line <= count; line++) await output.addBadLine({ line, message: 'wrong' });
  };
  await addBad(1_000_000);
  output.countGoodRecord();
  await addBad(1_000_000);
  await expect(output.addBadLine({ line: 7, message: 'wrong' })).rejects.toThrow(
    'line 7: 1,000,000 records in a row are none (the last: wrong)',
  );
});

describe('a prompt file', () => {
  test('with more prompts than a set holds is refused at the first one too many', async () => {
    using folder = new FixtureFolder();
    const path = folder.write('many', 'What is that?\n'.repeat(100_001));
    expect(await promptWords(path)).toMatch(
      /many, line 100001: a prompt set holds at most 100,000/,
    );
  });

  test('of a gigabyte of text is refused at its line, in bounded memory', async () => {
    using folder = new FixtureFolder();
    const path = folder.write('long', `{"prompt": "${'long '.repeat(100_000)}"}\n`.repeat(400));
    const words = await promptWords(path);
    expect(words).toMatch(/long, line 1\d\d: a prompt set holds at most .* 64,000,000 characters/);
  });

  test('of bad lines lists a thousand, counts them all, and is refused after 100,000', async () => {
    using folder = new FixtureFolder();
    const bad = folder.write('bad', '{"prompt": "Q"}\n' + '{}\n'.repeat(5000));
    const { badLines, badLinesTotal } = await readPrompts(bad);
    expect([badLines.length, badLinesTotal]).toEqual([1000, 5000]);
    const worse = folder.write('worse', '{"prompt": "Q"}\n' + '{}\n'.repeat(100_001));
    expect(await promptWords(worse)).toMatch(/worse, line 100002: 100,000 lines hold no prompt/);
  });

  test('is left alone at once when the reading is cancelled', async () => {
    using folder = new FixtureFolder();
    const path = folder.write('many', 'What is that?\n'.repeat(90_000));
    await expect(
      readPrompts(path, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
