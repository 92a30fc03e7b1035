import { expect, test } from 'vitest';
import { builtInRubrics } from '../../../shared/domain/judge/built-in-rubrics.ts';
import { fixtureIdentity } from '../../../shared/report/testing/report-fixture.ts';
import { idRow } from '../columns.ts';
import { all } from '../database.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { auditsOf, ensureJudging, judgingsOf } from '../repositories/judge/judgings.ts';
import { listRubrics, storeRubric } from '../repositories/judge/rubrics.ts';
import { insertVerdict, verdictsOfAudit } from '../repositories/judge/verdicts.ts';
import { standingVotes } from '../repositories/votes.ts';
import { withFilledProject } from '../testing/filled-project.ts';

const text = { ...builtInRubrics.pairwise, question: 'Which?' };

test('evaluations of an earlier version keep their votes, and have judges beside them', () => {
  withFilledProject(23, (db) => {
    expect(standingVotes(db, 'e').length).toBeGreaterThan(0);
    expect(judgingsOf(db, { evaluationId: 'e' })).toEqual([]);
    expect(listRubrics(db).map(({ name, isBuiltIn }) => [name, isBuiltIn])).toEqual([
      ['pairwise', true],
      ['likert', true],
      ['absolute', true],
      ['safety', true],
    ]);
    const rubric = storeRubric(db, { name: 'pairwise', text, author: 'me' });
    expect(rubric).toMatchObject({ version: 2, isBuiltIn: false, text });
    const systemId = findEvaluation(db, 'name', 'e')?.systemAId ?? '';
    const judging = { evaluationId: 'e', systemId, rubricHash: rubric.hash, author: 'me' };
    const begun = ensureJudging(db, { ...judging, nonce: 'k7Qz0244' });
    expect(ensureJudging(db, { ...judging, nonce: 'another99' })).toEqual(begun);
    expect(judgingsOf(db, { evaluationId: 'e' })).toEqual([begun]);
  });
});

test('an audit is one of its judge and rubric, and has one verdict of each pair and order', () => {
  withFilledProject(23, (db) => {
    const rubric = storeRubric(db, { name: 'p', text, author: 'me' });
    const [system] = all(db, idRow, `SELECT id FROM system WHERE kind = 'weights'`);
    const judge = { systemId: system?.id ?? '', rubricHash: rubric.hash };
    const begun = { ...judge, nonce: 'k7Qz0244', author: 'me' };
    const audit = ensureJudging(db, { isAudit: true, ...begun });
    expect(ensureJudging(db, { isAudit: true, ...begun, nonce: 'other9999' })).toEqual(audit);
    expect(auditsOf(db)).toEqual([audit]);
    const said = {
      judgingId: audit.id,
      item: { auditKey: 'capital equal' },
      probabilities: [0.5, 0.25, 0.25],
      elsewhere: 0,
      promptTokens: 9,
      identity: fixtureIdentity(),
    };
    for (const order of ['given', 'given', 'swapped'] as const)
      insertVerdict(db, { ...said, order });
    expect(verdictsOfAudit(db, judge).map(({ auditKey, order }) => [auditKey, order])).toEqual([
      ['capital equal', 'given'],
      ['capital equal', 'swapped'],
    ]);
    expect(all(db, idRow, 'SELECT id FROM verdict')).toHaveLength(2);
  });
});
