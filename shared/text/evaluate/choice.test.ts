import { expect, it } from 'vitest';
import type { ChoiceResult, EpochRating } from '../../domain/runs/choice.ts';
import { choiceSentences, pickText, ratingRows } from './choice.ts';

const rating = (epoch: number, value: number): EpochRating => ({
  epoch,
  checkpointId: `c${epoch}`,
  devLoss: epoch === 0 ? null : 2.5,
  verdicts: 20,
  rating: value,
  interval: [value - 30, value + 30],
  rank: 1,
  rankInterval: [1, 2],
});
const result: ChoiceResult = {
  votes: 40,
  byRule: 3,
  prompts: 20,
  ratings: [rating(7, 1035), rating(9, 1000), rating(0, 965)],
  lead: { value: 35, interval: [-20.4, 90] },
  moreVotes: 62,
};

it('says who leads, how surely, and how many more votes separate the best two', () => {
  expect(choiceSentences(result)).toEqual([
    'Epoch 7 leads epoch 9 by 35 points [-20, 90] after 40 votes on 20 prompts, and 3 ties of identical answers.',
    'About 62 more votes would separate epoch 7 from epoch 9, if they are what they seem.',
    'Intervals of the ratings come from resampling 20 prompts: with fewer than 30 they are rather too narrow.',
  ]);
  const separated = { ...result, moreVotes: 0, prompts: 50, byRule: 0 };
  expect(choiceSentences(separated).slice(1)).toEqual(['The votes separate epoch 7 from epoch 9.']);
  expect(choiceSentences({ ...result, moreVotes: null })[1]).toContain('are level');
  expect(ratingRows(result)[2]).toEqual(['base', '965', '[935, 995]', '1 (1 to 2)', '20', '']);
});

const moment = () => 'Monday';

it('says what is used where nobody names a checkpoint, who picked it, when, and on what', () => {
  const choice = { runId: 'r', canUndo: true, probePrompts: 0, epochs: [], studies: [], result };
  const pick = {
    sha256: 'a',
    epoch: 7,
    author: 'ann',
    createdMs: 0,
    checkpointId: 'c7',
    basis: { studyIds: ['s'], votes: 43, votesSha256: 'b' },
  };
  expect(pickText({ ...choice, pick }, moment)).toBe(
    'Epoch 7 is picked by ann on Monday, on 43 verdicts; it is used where nobody names another.',
  );
  const gone = { ...pick, checkpointId: null, basis: null };
  expect(pickText({ ...choice, pick: gone }, moment)).toMatch(/by hand; .* Its file is gone/);
  expect(pickText({ ...choice, pick: null }, moment)).toContain('the last checkpoint is used');
});
