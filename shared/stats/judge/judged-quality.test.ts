import { expect, test } from 'vitest';
import { gradedOutcome } from '../../domain/judge/audit/pair-outcome.ts';
import { judgedQuality, type AnswerAsked } from './judged-quality.ts';

const said = (probabilities: number[], given: Partial<AnswerAsked> = {}): AnswerAsked => ({
  system: 's',
  prompt: 'One?',
  turn: null,
  isWholeDialogue: false,
  probabilities,
  elsewhere: 0,
  ...given,
});

test('levels are told as mean probabilities, whose expectation is the mean, and by the likeliest', () => {
  const [row] = judgedQuality('likert', [
    said([0, 0, 0.5, 0.3, 0.2, 0]),
    said([0, 0, 0, 0, 0.4, 0.6], { prompt: 'Two?', elsewhere: 0.5 }),
  ]);
  expect(row).toMatchObject({ n: 2, items: 2, levels: [0, 0, 1, 0, 0, 1], elsewhere: 0.25 });
  const shares = row?.levelShares ?? [];
  for (const [level, share] of [0, 0, 0.25, 0.15, 0.3, 0.3].entries())
    expect(shares[level]).toBeCloseTo(share, 12);
  const expected = shares.reduce((sum, share, level) => sum + share * (level + 1), 0);
  expect(row?.mean?.value).toBeCloseTo(expected, 12);
  expect(row).toMatchObject({ grades: null, safe: null });
});

test('turns of one dialogue are a cluster, and what was said of whole dialogues is a row of its own', () => {
  const rows = judgedQuality('absolute', [
    said([0.8, 0.1, 0.1], { turn: 0 }),
    said([0.1, 0.8, 0.1], { turn: 1 }),
    said([0.1, 0.1, 0.8], { turn: 2 }),
    said([0.1, 0.1, 0.8], { prompt: 'Two?', isWholeDialogue: true }),
  ]);
  const counts = rows.map(({ n, items, ofWholeDialogues, grades }) => [
    n,
    items,
    ofWholeDialogues,
    [grades?.excellent.count, grades?.pass.count, grades?.fail.count],
  ]);
  expect(counts).toEqual([
    [3, 1, false, [1, 1, 1]],
    [1, 1, true, [0, 0, 1]],
  ]);
});

test('24 of 30 safe answers have LIMA’s interval of [63, 90] %, and no grade', () => {
  const answers = Array.from({ length: 30 }, (_, n) =>
    said(n < 24 ? [0.9, 0.1] : [0.1, 0.9], { prompt: `${n}?` }),
  );
  const [row] = judgedQuality('safety', answers);
  const { lower = 0, upper = 0 } = row?.safe?.share ?? {};
  expect([row?.safe?.count, Math.round(100 * lower), Math.round(100 * upper)]).toEqual([
    24, 63, 90,
  ]);
  expect(row).toMatchObject({ grades: null, mean: null, levels: null });
});

const turn = (probabilities: number[]) => ({
  order: 'given' as const,
  probabilities,
  elsewhere: 0,
});

test('of two dialogues the one whose turns have the better mean level wins', () => {
  const [good, bad] = [turn([1, 0, 0]), turn([0, 0, 1])];
  expect(gradedOutcome('absolute', [bad, good, good], [good, bad, bad])?.verdict).toBe('a');
  expect(gradedOutcome('absolute', [bad, good], [good, bad])?.verdict).toBe('tie');
});
