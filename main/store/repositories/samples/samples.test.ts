import { expect, test } from 'vitest';
import type { Message } from '../../../../shared/domain/message.ts';
import { sampleOriginHash, sampleWordsHash } from '../../content-hash.ts';
import { datasetPages } from '../datasets.ts';
import { freezeDataset } from '../freeze-dataset.ts';
import { addReviews, sampleHistory, undoLastBatch } from './reviews.ts';
import { addSamples, addVersion, getSample, summary } from './samples.ts';
import { listSamples, sampleRows, sampleSeqs, statusCounts } from './sample-list.ts';
import { aProject, aSample } from '../../testing/a-project.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('importing the same samples twice adds them once', () => {
  using project = aProject();
  const { db } = project.file;
  const samples = numbers(3).map((number) => aSample(number));
  expect([addSamples(db, samples, 'me'), addSamples(db, samples, 'me')]).toEqual([3, 0]);
});

test('an edited sample is not imported again, and a search finds its new words only', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(db, [aSample(1)], 'me');
  const sample = getSample(db, listSamples(db, {}, { limit: 1 })[0]?.id ?? '');
  if (!sample) throw new Error('The sample was not stored');
  const messages = sample.messages.map((message) => ({ ...message, content: 'changed words' }));
  addVersion(db, sample, { messages, author: 'me' });
  expect(addSamples(db, [aSample(1)], 'me')).toBe(0);
  expect(sampleSeqs(db, { query: 'changed' })).toEqual([1]);
  expect(sampleSeqs(db, { query: 'question' })).toEqual([]);
});

test('pages by key hold every sample that passes the filter once, in order', () => {
  using project = aProject();
  const { db } = project.file;
  const flag = { rule: 'first-person', scope: 'both', reason: 'says I' } as const;
  addSamples(
    db,
    numbers(25).map((number) =>
      aSample(number, { source: number % 2 ? 'odd' : 'even', flags: number === 4 ? [flag] : [] }),
    ),
    'me',
  );
  const first = listSamples(db, { source: 'odd' }, { limit: 8 });
  const second = listSamples(db, { source: 'odd' }, { limit: 8, after: first.at(-1)?.id });
  expect([...first, ...second].map((row) => row.seq)).toEqual(sampleSeqs(db, { source: 'odd' }));
  expect(sampleSeqs(db, { flag: 'first-person' })).toEqual([4]);
  expect(sampleSeqs(db, { flag: 'none' })).toHaveLength(24);
  expect(sampleRows(db, [4, 999, 2]).map((row) => [row.seq, row.flags])).toEqual([
    [4, ['first-person']],
    [2, []],
  ]);
});

test.each(['"', "' OR 1=1 --", 'NEAR(', 'a AND', '*', '(', 'col:x', '^', '-', 'é"è', '\u0000'])(
  'a search for %j is taken as text and never as query syntax',
  (query) => {
    using project = aProject();
    addSamples(project.file.db, [aSample(1)], 'me');
    expect(sampleSeqs(project.file.db, { query })).toEqual([]);
  },
);

test('undo restores what each sample was before and is appended to the history', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(
    db,
    numbers(3).map((number) => aSample(number)),
    'me',
  );
  const ids = listSamples(db, {}, { limit: 9 }).map((row) => row.id);
  addReviews(db, 'accept', { ids: ids.slice(0, 1) }, 'me');
  addReviews(db, 'reject', { filter: {} }, 'me');
  expect(statusCounts(db)).toEqual({ pending: 0, accepted: 0, rejected: 3 });
  expect(undoLastBatch(db, 'someone else').ids).toEqual([]);
  expect(undoLastBatch(db, 'me').ids).toHaveLength(3);
  expect(statusCounts(db)).toEqual({ pending: 2, accepted: 1, rejected: 0 });
  expect(undoLastBatch(db, 'me').ids).toEqual(ids.slice(0, 1));
  expect(undoLastBatch(db, 'me').ids).toEqual([]);
  expect(statusCounts(db).pending).toBe(3);
  expect(sampleHistory(db, 1).map((entry) => entry.text)).toEqual([
    'version 1',
    'accept',
    'reject',
    'undo: accept',
    'undo: reset',
  ]);
});

test('a review that changes no status counts as no change', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(db, [aSample(1)], 'me');
  expect(addReviews(db, 'accept', { filter: {} }, 'me').changed).toBe(1);
  expect(addReviews(db, 'accept', { filter: {} }, 'me').changed).toBe(0);
});

test('a frozen dataset stays the same when its samples are edited or reviewed later', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(
    db,
    numbers(2).map((number) => aSample(number)),
    'me',
  );
  expect(freezeDataset(db, 'empty', 'me')).toBeUndefined();
  addReviews(db, 'accept', { filter: {} }, 'me');
  const frozen = freezeDataset(db, 'first', 'me');
  if (!frozen) throw new Error('Nothing was frozen');
  const frozenItems = () => {
    const pages = datasetPages(db, frozen);
    const items = [1, 1, 1].flatMap((limit) => pages.next(limit).value ?? []);
    expect(pages.next(1).done).toBe(true);
    return items.map((item) => ({ ...item, isCurrent: true }));
  };
  const before = frozenItems();
  const sample = getSample(db, before[0]?.sampleId ?? '');
  if (!sample) throw new Error('The sample was not stored');
  const messages = sample.messages.map((message) => ({ ...message, content: 'new' }));
  addVersion(db, sample, { messages, author: 'me' });
  addReviews(db, 'reject', { filter: {} }, 'me');
  expect(frozenItems()).toEqual(before);
  addReviews(db, 'accept', { filter: {} }, 'me');
  expect(freezeDataset(db, 'second', 'me')?.contentHash).not.toBe(frozen.contentHash);
});

test('a full disk during an import keeps what was stored before and adds none of the batch', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(db, [aSample(1)], 'me');
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 2}`);
  const many = numbers(500).map((number) => aSample(number + 1));
  expect(() => addSamples(db, many, 'me')).toThrow(
    expect.objectContaining({ code: 'SQLITE_FULL' }),
  );
  expect(sampleSeqs(db, {})).toEqual([1]);
  db.pragma('max_page_count = 1073741823');
  expect(addSamples(db, many, 'me')).toBe(500);
});

test('what the list shows of a sample is cut where a character ends, and holds no NUL', () => {
  const prompt = `a\0 b ${'x'.repeat(154)}👩‍👩‍👧`;
  const { prompt: shown, characters } = summary([{ role: 'user', content: prompt }]);
  expect(shown).toBe(`a b ${'x'.repeat(154)}`);
  expect(characters).toBe(prompt.length);
});

const spoken = (answer: string, weight?: 0 | 1): Message[] => [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: answer, ...(weight !== undefined && { weight }) },
];
const came = (messages: Message[], originHash = sampleOriginHash(messages)) => ({
  messages,
  source: 'test',
  provenance: {},
  flags: [],
  originHash,
});

test('words with other weights are another sample, with other line ends the same', () => {
  using project = aProject();
  const { db } = project.file;
  const add = (...messages: Message[][]) =>
    addSamples(
      db,
      messages.map((each) => came(each)),
      'me',
    );
  expect(sampleOriginHash(spoken('a', 1))).toBe(sampleWordsHash(spoken('a')));
  expect(add(spoken('a'), spoken('a', 0), spoken('a', 1), spoken('a', 0))).toBe(2);
  expect(add(spoken('b\r\nc'), spoken('b\nc'), spoken('b\rc'))).toBe(1);
  expect(add(spoken('d\ne'), spoken('d\r\ne'))).toBe(1);
});

// Their hash was that of the words alone, which a sample with other weights would have had too.
test('samples from before weights told them apart are known again, and hide no others', () => {
  using project = aProject();
  const { db } = project.file;
  const old = [spoken('a', 0), spoken('b\r\nc')];
  const stored = old.map((messages) => came(messages, sampleWordsHash(messages)));
  expect(addSamples(db, stored, 'me')).toBe(2);
  const again = [...old, spoken('a'), spoken('a', 1), spoken('b\r\nc', 0)];
  const add = () =>
    addSamples(
      db,
      again.map((messages) => came(messages)),
      'me',
    );
  expect(add()).toBe(2);
  expect(add()).toBe(0);
});

test('a page of a dataset holds few samples where they are long, and all come in their order', () => {
  using project = aProject();
  const { db } = project.file;
  const long = numbers(5).map((number) => came(spoken(`${number}${'x'.repeat(1_500_000)}`)));
  addSamples(db, long, 'me');
  addReviews(db, 'accept', { filter: {} }, 'me');
  const frozen = freezeDataset(db, 'long', 'me');
  if (!frozen) throw new Error('Nothing was frozen');
  const pages = datasetPages(db, frozen);
  const sizes = [...Array(5)].map(() => pages.next(100).value?.length);
  expect(sizes).toEqual([0, 2, 2, 1, undefined]);
});
