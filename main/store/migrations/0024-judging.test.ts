import { expect, test } from 'vitest';
import { builtInRubrics } from '../../../shared/domain/judge/built-in-rubrics.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { ensureJudging, judgingsOf } from '../repositories/judge/judgings.ts';
import { listRubrics, storeRubric } from '../repositories/judge/rubrics.ts';
import { standingVotes } from '../repositories/votes.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('evaluations of an earlier version keep their votes, and have judges beside them', () => {
  withFilledProject(23, (db) => {
    expect(standingVotes(db, 'e').length).toBeGreaterThan(0);
    expect(judgingsOf(db, { evaluationId: 'e' })).toEqual([]);
    expect(listRubrics(db).map(({ name, isBuiltIn }) => [name, isBuiltIn])).toEqual([
      ['pairwise', true],
      ['likert', true],
      ['absolute', true],
    ]);
    const text = { ...builtInRubrics.pairwise, question: 'Which?' };
    const rubric = storeRubric(db, { name: 'pairwise', text, author: 'me' });
    expect(rubric).toMatchObject({ version: 2, isBuiltIn: false, text });
    const systemId = findEvaluation(db, 'name', 'e')?.systemAId ?? '';
    const judging = { evaluationId: 'e', systemId, rubricHash: rubric.hash, author: 'me' };
    const begun = ensureJudging(db, { ...judging, nonce: 'k7Qz0244' });
    expect(ensureJudging(db, { ...judging, nonce: 'another99' })).toEqual(begun);
    expect(judgingsOf(db, { evaluationId: 'e' })).toEqual([begun]);
  });
});
