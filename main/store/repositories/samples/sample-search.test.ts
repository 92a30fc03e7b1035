import { expect, test } from 'vitest';
import { integers, run, type Database } from '../../database.ts';
import { aProject, aSample } from '../../testing/a-project.ts';
import { sampleSeqs } from './sample-list.ts';
import { searchSamples } from './sample-search.ts';
import { addSamples, addVersion, getSample } from './samples.ts';
import { listSamples } from './sample-list.ts';

const words = 'tea teapot té Tee t train kernel kern 1 12 123 naïve straße 漢字 漢 foo_bar'.split(
  ' ',
);

const wordsAt = (number: number) =>
  Array.from({ length: 1 + (number % 4) }, (_, at) => words[(number * 7 + at * at) % words.length]);

/** Samples of a few words each, which words depends on the number alone. */
function addWordy(db: Database, count: number): void {
  const samples = Array.from({ length: count }, (_, index) =>
    aSample(index + 1, {
      messages: [
        { role: 'user', content: `${wordsAt(index).join(' ')} common` },
        { role: 'assistant', content: `${wordsAt(index + 3).join(', ')} common common ${index}` },
      ],
    }),
  );
  addSamples(db, samples, 'me');
}

function inSteps(db: Database, text: string, limit: number, window = { after: 0, through: 500 }) {
  const steps = searchSamples(db, text, window);
  for (let count = 0; ; count += 1) {
    const { done, value } = steps.next(limit);
    if (done) return { seqs: value.within(0, 1e6), steps: count };
  }
}

const queries =
  't,te,tea,TÉ,k,kern,kernel,1,12,common,com,common t,common tea k,naive,zzz,common zzz,漢,tea zzz';

test.each(queries.split(','))(
  'a search for %s in small steps finds what FTS5 finds at once',
  (text) => {
    using project = aProject();
    const { db } = project.file;
    addWordy(db, 200);
    const query = `${text
      .split(' ')
      .map((word) => `"${word}"`)
      .join(' ')}*`;
    const expected = integers(
      db,
      'SELECT rowid FROM sample_fts WHERE sample_fts MATCH @query ORDER BY rowid',
      { query },
    );
    expect(expected.length === 0).toBe(text.includes('zzz'));
    for (const limit of [1, 2, 7, 50, 10_000])
      expect([limit, inSteps(db, text, limit).seqs]).toEqual([limit, expected]);
    const window = { after: 50, through: 120 };
    expect(inSteps(db, text, 7, window).seqs).toEqual(
      expected.filter((seq) => seq > 50 && seq <= 120),
    );
  },
);

// FTS5 goes through every sample that has a word of the prefix in one statement.
test('no step of a search looks at more places than it may', () => {
  using project = aProject();
  addWordy(project.file.db, 400);
  for (const text of ['c', 't', 'common t']) {
    const { seqs, steps } = inSteps(project.file.db, text, 20);
    expect(seqs.length).toBeGreaterThan(100);
    expect(steps).toBeGreaterThan(seqs.length / 20);
  }
});

test('a search does not find what an edit took away, and is no change of the project', () => {
  using project = aProject();
  const { db } = project.file;
  addWordy(db, 20);
  const sample = getSample(db, listSamples(db, {}, { limit: 1 })[0]?.id ?? '');
  if (!sample) throw new Error('The sample was not stored');
  const before = inSteps(db, 'common', 3).seqs;
  const messages = sample.messages.map((message) => ({ ...message, content: 'other' }));
  addVersion(db, sample, { messages, author: 'me' });
  expect(inSteps(db, 'common', 3).seqs).toEqual(before.slice(1));
  expect(sampleSeqs(db, { query: 'oth' })).toEqual([1]);
  db.pragma('query_only = ON');
  expect(() => run(db, 'DELETE FROM sample_flag')).toThrow(/readonly/);
  db.pragma('query_only = OFF');
});
