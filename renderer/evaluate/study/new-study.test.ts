import { expect, it } from 'vitest';
import { planText } from '../../../shared/report/study/study-words.ts';
import { limaSampling } from '../../ui/systems/sampling.ts';
import { listedModel } from '../../ui/systems/testing/listed-model.ts';
import {
  nextSystem,
  studyDraftFor,
  studyObstacle,
  studyPlan,
  type StudyDraft,
} from './new-study.ts';

const models = ['x', 'y', 'z'].map((id) => listedModel(id, id === 'z'));
const set = (id: string, prompts: number) => ({
  id,
  name: id,
  contentHash: id,
  dialogues: 0,
  prompts,
  createdMs: 1,
});
const context = {
  available: { models, runs: [] },
  sets: [set('s', 300), set('t', 30)],
  answers: [],
  network: { isEnabled: true, isUntilClosed: false, endpoints: [], requests: 0, logPath: '' },
  taken: [{ name: 'Taken' }],
  defaults: { recipe: null, promptSetId: null, sampling: null },
};
const system = (modelId: string) => ({ modelId, checkpointId: null, strength: 1 });
const draft: StudyDraft = {
  name: 'One',
  design: 'focus',
  systems: [system('x'), system('y')],
  promptSetIds: ['s', 't'],
  usesAll: true,
  prompts: 50,
  overlapPercent: 100,
  calibrationItems: 0,
  sampling: limaSampling,
  parallel: 4,
  seed: 42,
  bothBad: false,
};

it('says in words what is missing or wrong, and nothing of a form that is whole', () => {
  expect(studyObstacle(draft, context)).toBeUndefined();
  const wrong: [Partial<StudyDraft>, RegExp][] = [
    [{ name: 'Taken' }, /evaluation or a study “Taken”/],
    [{ promptSetIds: [] }, /Choose a prompt set/],
    [{ systems: [system('x')] }, /Add a system/],
    [{ systems: [system('x'), system('y'), system('x')] }, /System 3 is the same as system 1/],
    [{ systems: [system('z'), system('y')] }, /The focus: The model file .* is not there/],
    [{ systems: [system('x'), { answersId: 'gone' }] }, /imported answers that are there/],
    [
      { systems: [system('x'), { endpoint: { baseUrl: 'http://h/v1', model: 'm' } }] },
      /System 2: Add the endpoint first/,
    ],
    [{ overlapPercent: 101 }, /percentage/],
    [{ seed: -1 }, /seed/],
  ];
  for (const [edit, said] of wrong)
    expect(studyObstacle({ ...draft, ...edit }, context)).toMatch(said);
});

it('counts an answer for each system and prompt, and a comparison for each pair', () => {
  const systems = ['a', 'b', 'c', 'd'].map(system);
  expect(studyPlan({ ...draft, systems }, context.sets)).toEqual({
    pairs: 3,
    answers: 1320,
    comparisons: 990,
  });
  const some = { ...draft, systems, design: 'round-robin', usesAll: false } as const;
  expect(studyPlan(some, context.sets)).toEqual({ pairs: 6, answers: 320, comparisons: 480 });
});

it('says how long answers and votes take, at the speed of the last ones where there were any', () => {
  const plan = { pairs: 2, answers: 12, comparisons: 8 };
  expect(planText(plan, { answerMs: 2000, voteMs: 15_000 })).toBe(
    '2 pairs of systems, 12 answers, 8 comparisons. Answering takes about 24 s at the speed of the last answers here. One annotator votes for about 2 min, at 15 s each.',
  );
  expect(planText(plan, undefined)).toContain('at 30 s each');
});

it('begins with imported answers where there is no model, and goes on to the next ones', () => {
  const answers = ['GPT-4', 'Bard', 'Claude'].map((name) => ({
    id: name,
    name,
    answers: 3,
    sets: [{ promptSetId: 's', answers: 3 }],
    origins: [],
    createdMs: 1,
  }));
  const alone = { ...context, available: { models: [], runs: [] }, answers };
  const begun = studyDraftFor(alone);
  expect(begun.systems).toEqual([{ answersId: 'GPT-4' }, { answersId: 'Bard' }]);
  expect(studyObstacle(begun, alone)).toBeUndefined();
  expect(studyPlan(begun, context.sets)).toEqual({ pairs: 1, answers: 0, comparisons: 300 });
  const next = nextSystem(begun.systems, alone);
  expect(next).toEqual({ answersId: 'Claude' });
  expect(nextSystem([...begun.systems, next], alone)).toEqual(next);
  expect(studyDraftFor({ ...alone, answers: [] }).systems).toEqual([]);
});
