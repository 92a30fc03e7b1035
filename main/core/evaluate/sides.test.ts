import { expect, test } from 'vitest';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import { evaluationsOfStudy } from '../../store/repositories/evaluations.ts';
import { requireSession } from '../project/core-state.ts';
import { TestCore } from '../testing/a-core.ts';
import { importedStudy } from '../testing/an-imported-study.ts';

const answersOf = (name: string) => Array.from({ length: 18 }, (_, at) => `${name} ${at}`);

test('sides of a revealed study tell none of a later evaluation or study of the same prompts', async () => {
  await using core = await TestCore.start();
  const { evaluations, studies } = core.client;
  const systems = { x: answersOf('x'), y: answersOf('y'), z: answersOf('z') };
  const { studyId, promptSetId, answersIds } = await importedStudy(core, { systems });
  const [a = '', b = ''] = answersIds;
  const { db } = requireSession(core.core.context.core).file;
  const sidesOf = (id: string) => comparisonsOf(db, id).map(({ leftSide }) => leftSide);
  const seen = evaluationsOfStudy(db, studyId).map(({ id }) => sidesOf(id).join(''));
  await studies.reveal({ id: studyId });

  const pair = { a: { answersId: a }, b: { answersId: b } };
  const { evaluationId } = await evaluations.create({ name: 'later', promptSetId, ...pair });
  const again = await studies.create({
    name: 'again',
    design: 'round-robin',
    systems: answersIds.map((answersId) => ({ answersId })),
    promptSetIds: [promptSetId],
  });
  const later = [evaluationId, ...evaluationsOfStudy(db, again.studyId).map(({ id }) => id)];
  const all = [...seen, ...later.map((id) => sidesOf(id).join(''))];
  expect(new Set(all).size).toBe(all.length);
});
