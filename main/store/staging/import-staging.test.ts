import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ImportStaging } from './import-staging.ts';

const question = (id: number, acceptedAnswerId: number | null = null) => ({
  id,
  acceptedAnswerId,
  line: id,
  row: Buffer.from(`question ${id}`),
});
const answer = (id: number, parentId: number, score: number) => ({
  id,
  parentId,
  score,
  line: id,
  row: Buffer.from(`answer ${id}`),
});

test('each question is joined with its best answer, whichever came first', () => {
  using staging = new ImportStaging();
  staging.addAnswer(answer(90, 2, -4));
  staging.addQuestion(question(2));
  staging.addQuestion(question(1, 12));
  for (const each of [answer(11, 1, 5), answer(12, 1, 5), answer(13, 1, 4)])
    staging.addAnswer(each);
  staging.addQuestion(question(3));
  staging.addAnswer(answer(99, 77, 1));
  const pairs = [...staging.pairs()].map((pair) => ({
    ...pair,
    questionRow: pair.questionRow.toString(),
    answerRow: pair.answerRow.toString(),
  }));
  expect(pairs).toEqual([
    { questionRow: 'question 1', questionLine: 1, answerRow: 'answer 12', answerLine: 12 },
    { questionRow: 'question 2', questionLine: 2, answerRow: 'answer 90', answerLine: 90 },
  ]);
  expect(staging.counts()).toEqual({
    pairs: 2,
    unansweredQuestions: 1,
    otherAnswers: 2,
    orphanAnswers: 1,
  });
});

test('a row that appears twice is told apart from a new one', () => {
  using staging = new ImportStaging();
  expect([staging.addQuestion(question(1)), staging.addQuestion(question(1))]).toEqual([
    true,
    false,
  ]);
  const twice = [staging.addAnswer(answer(2, 1, 3)), staging.addAnswer(answer(2, 1, 3))];
  expect(twice).toEqual([true, false]);
});

// An answer that is refused for its id must not have driven out the one that it would have beaten.
test('an answer whose id is known leaves the answers of its question as they are', () => {
  using staging = new ImportStaging();
  for (const id of [1, 2]) staging.addQuestion(question(id));
  staging.addAnswer(answer(10, 1, 3));
  staging.addAnswer(answer(20, 2, 3));
  expect(staging.addAnswer(answer(20, 1, 9))).toBe(false);
  expect([...staging.pairs()].map(({ answerRow }) => String(answerRow))).toEqual([
    'answer 10',
    'answer 20',
  ]);
  expect(staging.counts()).toMatchObject({ pairs: 2, otherAnswers: 0, orphanAnswers: 0 });
});

test('more rows than fit the cache survive, and the scratch file vanishes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'staging-test-'));
  try {
    {
      using staging = new ImportStaging(folder);
      const filler = Buffer.alloc(40_000, 'x');
      for (let id = 1; id <= 1000; id++) {
        staging.addQuestion({ ...question(id), row: filler });
        staging.addAnswer({ ...answer(id + 10_000, id, 1), row: filler });
      }
      let bytes = 0;
      for (const pair of staging.pairs()) bytes += pair.answerRow.length + pair.questionRow.length;
      expect(bytes).toBe(80_000_000);
    }
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
