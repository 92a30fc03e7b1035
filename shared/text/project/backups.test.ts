import { expect, test } from 'vitest';
import { describeContent, describeDifference, describeKeeping } from './backups.ts';

const counts = {
  samples: 1000,
  versions: 1001,
  reviews: 1200,
  datasets: 1,
  runs: 0,
  answers: 5,
  evaluations: 0,
  votes: 1,
};

test('what a backup holds is told in counts, and of one that cannot be read why', () => {
  expect(describeContent({ counts, fault: null })).toBe('1,000 samples, 1,200 reviews, 1 vote');
  expect(describeContent({ counts: null, fault: 'It is damaged.' })).toBe('It is damaged.');
});

test('a difference names what the backup lacks and what it has more', () => {
  expect(describeDifference(counts, counts)).toBe('holds as much');
  const now = { ...counts, reviews: 1212, votes: 4, answers: 4 };
  expect(describeDifference(counts, now)).toBe('lacks 12 reviews and 3 votes; has 1 answer more');
});

test('the rule of keeping is told in one sentence', () => {
  expect(describeKeeping({ last: 3, days: 7, mostShare: 0.25 })).toBe(
    'The last 3 backups are kept, and the last one of each of 7 days; together they take at most ' +
      '25 % of the free disk.',
  );
});
