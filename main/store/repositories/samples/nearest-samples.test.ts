import { expect, test } from 'vitest';
import { run, type Database } from '../../database.ts';
import { takeAtOnce } from '../../steps.ts';
import { aProject, aSample } from '../../testing/a-project.ts';
import { nearestAccepted } from './nearest-samples.ts';
import { addSamples } from './samples.ts';

const filler = 'You could do it, and then the rest of it is quite easy to do for you.';

/** Accepted samples of these prompts, each with its answer; `#1` is the first. */
function addAccepted(db: Database, pairs: readonly (readonly [string, string])[]): void {
  const samples = pairs.map(([prompt, answer], index) =>
    aSample(index + 1, {
      messages: [
        { role: 'user', content: prompt },
        { role: 'assistant', content: answer },
      ],
    }),
  );
  addSamples(db, samples, 'me');
  run(db, `UPDATE sample SET status = 'accepted'`);
}

const kitchen: [string, string][] = [
  ['How do I clean the oven?', `Soak it in soda. ${filler}`],
  ['How do I descale a kettle?', `Boil vinegar in the kettle. ${filler}`],
  ['How do I choose a kettle?', `Look at its lid. ${filler}`],
  ['How do I sharpen the knives?', `Use a whetstone. ${filler}`],
  ['How do I peel an onion?', `Under water. ${filler}`],
  ['How do I store basil?', `In the dark. ${filler}`],
  ['How do I boil an egg?', `Some minutes. ${filler}`],
];

const nearest = (db: Database, text: string, limit = 5) =>
  takeAtOnce(nearestAccepted(db, text, limit));

test('a sample is the nearer the more rare words it shares with the prompt', () => {
  using project = aProject();
  const { db } = project.file;
  addAccepted(db, kitchen);
  const { samples, common } = nearest(db, 'How do I DESCALE the old kettle with vinegar?');
  expect(samples.map(({ seq, words }) => [seq, words])).toEqual([
    [2, ['descale', 'vinegar', 'kettle']],
    [3, ['kettle']],
  ]);
  expect(common).toEqual(['how', 'do', 'i', 'the']);
  expect(nearest(db, 'kettle', 1).samples.map(({ seq }) => seq)).toHaveLength(1);
});

test('a word in the prompt of a sample brings it nearer than one in its answer', () => {
  using project = aProject();
  const { db } = project.file;
  addAccepted(db, [
    ['What comes after six?', 'After six comes seven.'],
    ['What comes after seven?', 'After seven comes eight.'],
    ...kitchen,
  ]);
  expect(nearest(db, 'and after seven?').samples.map(({ seq }) => seq)).toEqual([2, 1]);
});

test('words that most samples have lead to none of them', () => {
  using project = aProject();
  addAccepted(project.file.db, kitchen);
  expect(nearest(project.file.db, 'How could you do it?')).toEqual({
    samples: [],
    common: ['how', 'could', 'you', 'do', 'it'],
  });
  expect(nearest(project.file.db, '').samples).toEqual([]);
  expect(nearest(project.file.db, '?! "*" (NEAR OR').samples).toEqual([]);
});

test('of samples that share the same words the shorter is nearer, equal ones stand as listed', () => {
  using project = aProject();
  const { db } = project.file;
  addAccepted(db, [
    ['Which tide is a neap tide?', `A weak one. ${filler} ${filler} ${filler}`],
    ['Which tide is a neap tide?', `A weak one. ${filler}`],
    ['Which tide is a neap tide?', `A weak one. ${filler}`],
    ...kitchen,
  ]);
  expect(nearest(db, 'neap').samples.map(({ seq }) => seq)).toEqual([2, 3, 1]);
});

test('only accepted samples are near, and none that lies in the bin', () => {
  using project = aProject();
  const { db } = project.file;
  addAccepted(db, [...kitchen, ['What is a kettle?', 'It boils water.']]);
  run(db, `UPDATE sample SET status = 'pending' WHERE seq = 2`);
  run(db, 'INSERT INTO binned_sample (sample_seq) VALUES (3)');
  expect(nearest(db, 'kettle').samples.map(({ seq }) => seq)).toEqual([8]);
});

test('the search gives the same in steps of any size', () => {
  using project = aProject();
  const { db } = project.file;
  addAccepted(db, kitchen);
  const text = 'boil vinegar in the dark';
  const whole = nearest(db, text);
  for (const limit of [1, 2, 3]) {
    const steps = nearestAccepted(db, text, 5);
    let step = steps.next(limit);
    while (!step.done) step = steps.next(limit);
    expect(step.value).toEqual(whole);
  }
});
