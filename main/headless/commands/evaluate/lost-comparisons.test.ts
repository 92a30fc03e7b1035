import { expect, it } from 'vitest';
import { composeReport } from '../../../../shared/report/compose-report.ts';
import { fixtureFacts } from '../../../../shared/report/testing/report-fixture.ts';
import { lostDocument, lostPrompts, lostText, type LostComparisons } from './lost-comparisons.ts';

const row = {
  status: 'accepted' as const,
  source: 'cooking',
  promptPreview: 'How do I descale a kettle?',
  answerPreview: 'With vinegar.',
  turns: 2,
  characters: 40,
  flags: [],
};

/** A lost the second and third comparison; nothing lies near the third. */
function found(): LostComparisons {
  const report = composeReport(fixtureFacts(['a', 'b', 'b']));
  const samples = [{ ...row, id: 'id-7', seq: 7, score: 2.5, words: ['descale', 'kettle'] }];
  const [, second, third] = report.items;
  if (!second || !third) throw new Error('The fixture lacks items');
  return {
    report,
    system: 'a',
    lost: [
      { item: second, nearest: { samples, common: ['how', 'do'] } },
      { item: third, nearest: { samples: [], common: [] } },
    ],
  };
}

it('the list of lost comparisons names the samples near each with their ids, for programs', () => {
  expect(lostDocument(found())).toEqual({
    evaluation: 'Tuned against base',
    system: { key: 'a', name: 'Tuned' },
    judged: 3,
    lost: 2,
    search: 'full-text',
    comparisons: [
      {
        ordinal: 1,
        prompt: [{ role: 'user', content: 'Question 1?' }],
        common: ['how', 'do'],
        nearest: [
          {
            id: 'id-7',
            seq: 7,
            source: 'cooking',
            prompt: 'How do I descale a kettle?',
            score: 2.5,
            words: ['descale', 'kettle'],
          },
        ],
      },
      expect.objectContaining({ ordinal: 2, nearest: [] }),
    ],
  });
});

it('for a person it says how the samples were found, and what leads to the next run', () => {
  const text = lostText(found(), 'P.lima');
  expect(text).toContain('A (Tuned) lost 2 of 3 judged comparisons in Tuned against base.');
  expect(text).toContain('best first. Left out, because too many samples have them: how, do.');
  expect(text).toMatch(
    /2: Question 1\?\n +id-7 +cooking +How do I descale a kettle\? +shares: descale, kettle/,
  );
  expect(text).toMatch(/3: Question 2\?\n +No accepted sample shares a word/);
  for (const step of ['lima review P.lima accept', 'lima dataset freeze', 'lima train P.lima'])
    expect(text).toContain(step);
});

it('the prompts are written as samples whose answers are still to be given', () => {
  const lines = lostPrompts(found()).trimEnd().split('\n');
  const empty = { role: 'assistant', content: '' };
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    [1, 2].map((n) => ({ messages: [{ role: 'user', content: `Question ${n}?` }, empty] })),
  );
});
