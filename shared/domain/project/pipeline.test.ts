import { describe, expect, test } from 'vitest';
import { nextStep, stepState, stepsOf, type PipelineFacts } from './pipeline.ts';

const empty: PipelineFacts = {
  samples: { pending: 0, accepted: 0, rejected: 0 },
  dataset: null,
  run: null,
  chatAnswers: 0,
  evaluation: null,
  packet: null,
};
const samples = { pending: 10, accepted: 300, rejected: 2 };
const dataset = { id: 'd', name: 'd', samples: 300, isCurrent: true };
const checkpoint = { id: 'c', epoch: 15, meanLoss: 0.1 };
const run = { id: 'r', name: 'r', state: 'succeeded' as const, modelId: 'm', checkpoint };
const evaluation = {
  isStudy: false,
  id: 'e',
  name: 'e',
  comparisons: 10,
  answers: 20,
  voted: 10,
  failed: 0,
  isRevealed: false,
  share: null,
};

describe('nextStep', () => {
  test.each<[string, Partial<PipelineFacts>, string | null]>([
    ['an empty project is curated', {}, 'curate'],
    ['pending samples are curated', { samples: { ...samples, accepted: 0 } }, 'curate'],
    ['accepted samples are frozen', { samples }, 'freeze'],
    ['a dataset is trained on', { samples, dataset }, 'train'],
    [
      'a dataset is trained on though samples were accepted since',
      { samples, dataset: { ...dataset, isCurrent: false } },
      'train',
    ],
    [
      'a run that is at work is waited for, also once it has a checkpoint',
      { samples, dataset, run: { ...run, state: 'running' } },
      'train',
    ],
    ['a trained model is talked to', { samples, dataset, run }, 'chat'],
    [
      'a run that was cancelled after a checkpoint is talked to',
      { samples, dataset, run: { ...run, state: 'cancelled' } },
      'chat',
    ],
    [
      'a model that was talked to is evaluated',
      { samples, dataset, run, chatAnswers: 2 },
      'evaluate',
    ],
    [
      'answers without votes are voted on, talked to or not',
      { samples, dataset, run, evaluation: { ...evaluation, voted: 3 } },
      'evaluate',
    ],
    [
      'pairs whose answers are not all there are waited for, whatever was voted',
      { samples, dataset, run, evaluation: { ...evaluation, answers: 19 } },
      'evaluate',
    ],
    ['votes on every pair make a report', { samples, dataset, run, evaluation }, 'report'],
    [
      'a revealed evaluation is the end',
      { samples, dataset, run, evaluation: { ...evaluation, isRevealed: true } },
      null,
    ],
    [
      'what was accepted since begins the way anew',
      {
        samples,
        dataset: { ...dataset, isCurrent: false },
        run,
        evaluation: { ...evaluation, isRevealed: true },
      },
      'freeze',
    ],
  ])('%s', (_rule, facts, step) => {
    expect(nextStep({ ...empty, ...facts })).toBe(step);
  });
});

test('a packet has the one step that it was made for, which ends when all of it is judged', () => {
  const packet: PipelineFacts = {
    ...empty,
    packet: 'samples',
    samples: { pending: 1, accepted: 1, rejected: 0 },
  };
  expect(stepsOf(packet)).toEqual(['curate']);
  expect(nextStep(packet)).toBe('curate');
  const done = { ...packet, samples: { pending: 0, accepted: 1, rejected: 1 } };
  expect(nextStep(done)).toBeNull();
  const pairs: PipelineFacts = {
    ...empty,
    packet: 'evaluation',
    evaluation: { ...evaluation, voted: 9 },
  };
  expect(stepsOf(pairs)).toEqual(['evaluate']);
  expect(nextStep(pairs)).toBe('evaluate');
  expect(nextStep({ ...pairs, evaluation })).toBeNull();
});

test('steps before the next one are done, those after it open, and a run at work is shown as such', () => {
  const facts = { ...empty, samples, dataset, run: { ...run, state: 'running' as const } };
  expect(stepsOf(facts).map((step) => stepState(facts, step))).toEqual([
    'done',
    'done',
    'running',
    'open',
    'open',
    'open',
  ]);
});
