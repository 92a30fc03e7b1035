import { expect, test } from 'vitest';
import {
  answer,
  FixtureFolder,
  importAll,
  postRow,
  postsDump,
  question,
} from '../../core/curate/testing/import-fixtures.ts';
import { ImportError } from '../../core/curate/import/sample/import-error.ts';
import { mutate } from './mutate.ts';

const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
const records = numbers.map((index) => ({
  messages: [
    { role: 'user', content: `Où est le café n° ${index}? 😀 "${'x'.repeat(index)}"` },
    { role: 'assistant', content: `Là-bas, ${index} {pas} [plus] loin.\n\nTrès près.` },
  ],
}));
const files: [string, string, number][] = [
  ['lines', records.map((record) => JSON.stringify(record)).join('\n'), 1],
  ['an array', JSON.stringify(records), 1],
  ['a printed object', JSON.stringify({ data: records }, null, 2), 1],
  [
    'a dump',
    postsDump(
      numbers.flatMap((index) => [
        postRow(question(2 * index, { Body: `<p>Où est ${index} & <b>moi</b>?</p>` })),
        postRow(answer(2 * index + 1, 2 * index)),
      ]),
    ),
    2,
  ],
];
const sum = (reasons: Record<string, number>) =>
  Object.values(reasons).reduce((total, rows) => total + rows, 0);

// `npm run corpus -- FOLDER --mutate 1000 --seed S` does the same to real files for as long as one likes.
test.each(files)(
  'a damaged file of %s is refused, or each of its rows accounted for and no letter replaced',
  async (_, text, rowsOfSample) => {
    using folder = new FixtureFolder();
    for (let seed = 1; seed <= 60; seed++) {
      const { name, bytes } = mutate(Buffer.from(text), seed);
      const path = folder.write(`seed-${seed}`, bytes);
      const read = await importAll({ path }).catch((error: unknown) => {
        if (error instanceof ImportError) return undefined;
        throw new Error(`seed ${seed}, ${name}`, { cause: error });
      });
      if (!read) continue;
      const { counts, samples } = read;
      const accounted = sum(counts.leftOut) + sum(counts.unusable) + rowsOfSample * counts.samples;
      expect([seed, name, accounted]).toEqual([seed, name, counts.rows]);
      expect(JSON.stringify(samples)).not.toContain('\ufffd');
    }
  },
);
