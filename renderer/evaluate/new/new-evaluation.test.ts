import { freeName } from '../../../shared/domain/evaluate/evaluation.ts';
import { expect, it } from 'vitest';
import { limaSampling } from '../../ui/systems/sampling.ts';
import { listedModel as model } from '../../ui/systems/testing/listed-model.ts';
import {
  draftFor,
  plannedAnswers,
  plannedComparisons,
  startObstacle,
  type EvaluationDraft,
} from './new-evaluation.ts';

const sets = [{ id: 's', name: 'set', contentHash: 'h', dialogues: 0, prompts: 300, createdMs: 1 }];
const available = { models: [model('x'), model('y'), model('gone', true)], runs: [] };
const defaults = { recipe: null, promptSetId: null, sampling: null };
const answers = [
  { id: 'gpt', name: 'GPT-4', answers: 3, sets: [{ promptSetId: 's', answers: 3 }], origins: [] },
  { id: 'bard', name: 'Bard', answers: 1, sets: [{ promptSetId: 't', answers: 1 }], origins: [] },
].map((each) => ({ ...each, createdMs: 1 }));
const network = {
  isEnabled: true,
  isUntilClosed: false,
  endpoints: [{ baseUrl: 'http://127.0.0.1:1/v1', hasKey: false }],
  requests: 0,
  logPath: '',
};
const context = { available, sets, evaluations: [], answers, network, defaults };
const system = (modelId: string) => ({ modelId, checkpointId: null, strength: 1 });
const draft: EvaluationDraft = {
  name: 'One',
  promptSetId: 's',
  usesAll: true,
  prompts: 20,
  a: system('x'),
  b: system('y'),
  sampling: limaSampling,
  parallel: 4,
  seed: 42,
  bothBad: false,
};

const imported = (answersId: string) => ({ ...draft, b: { answersId } });

it('lets a complete form start', () => {
  expect(startObstacle(draft, context)).toBeUndefined();
});

it('names what is missing instead of only greying the button out', () => {
  expect(startObstacle({ ...draft, name: '  ' }, context)).toMatch(/name/);
  expect(startObstacle(draft, { ...context, sets: [] })).toMatch(/Import a prompt set/);
  expect(startObstacle({ ...draft, b: system('x') }, context)).toMatch(/same/);
  expect(startObstacle({ ...draft, b: system('gone') }, context)).toContain('System B');
  expect(startObstacle({ ...draft, parallel: 0 }, context)).toMatch(/1 to 64/);
  expect(startObstacle({ ...draft, usesAll: false, prompts: 0 }, context)).toMatch(/at least one/);
});

it('never promises more comparisons than there are prompts', () => {
  expect(plannedComparisons({ ...draft, usesAll: false, prompts: 500 }, sets)).toBe(300);
  expect(plannedComparisons({ ...draft, usesAll: false, prompts: 20 }, sets)).toBe(20);
});

it('compares imported answers to the chosen set, and generates only what weights have to answer', () => {
  expect(startObstacle(imported('gpt'), context)).toBeUndefined();
  expect(plannedAnswers(imported('gpt'), sets)).toBe(300);
  expect(plannedAnswers({ ...imported('gpt'), a: { answersId: 'bard' } }, sets)).toBe(0);
  expect(startObstacle(imported('bard'), context)).toBe(
    'System B: “Bard” has no answer to a prompt of this set.',
  );
  expect(startObstacle(imported('gone'), context)).toMatch(/System B: Choose imported answers/);
  expect(startObstacle({ ...imported('gpt'), a: { answersId: 'gpt' } }, context)).toMatch(/same/);
});

it('begins with imported answers where there is no model', () => {
  const none = { ...context, available: { models: [], runs: [] } };
  expect(draftFor(none, undefined, undefined)).toMatchObject({
    a: { answersId: 'gpt' },
    b: { answersId: 'bard' },
  });
});

it('skips names that are taken', () => {
  expect(freeName([{ name: 'Evaluation 2' }])).toBe('Evaluation 3');
});

// The name is shown to whoever votes, while the systems are hidden.
it('begins with a name that tells no system, also where two are asked for', () => {
  const wanted = { a: system('x'), b: system('y') };
  expect(draftFor(context, undefined, wanted)).toMatchObject({ ...wanted, name: 'Evaluation 1' });
});
