import { expect, test } from 'vitest';
import { z } from 'zod';
import { fixtureIdentity } from '../../../shared/report/testing/report-fixture.ts';
import { idRow } from '../columns.ts';
import { all } from '../database.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { judgingsOf } from '../repositories/judge/judgings.ts';
import {
  insertVerdict,
  verdictsOnAnswers,
  verdictsOnComparisons,
} from '../repositories/judge/verdicts.ts';
import { withFilledProject } from '../testing/filled-project.ts';

const oldRow = z.object({ id: z.string(), generationId: z.string().nullable() });

test('verdicts of an earlier version stay, on no turn, and an item has one of each turn, asked or taken over', () => {
  let before: z.infer<typeof oldRow>[] = [];
  withFilledProject(
    26,
    (db) => {
      expect(before.length).toBeGreaterThan(2);
      const [pairs, answers] = judgingsOf(db, { evaluationId: 'e' });
      if (!pairs || !answers) throw new Error('The judgings are gone');
      const evaluationId = findEvaluation(db, 'name', 'e')?.id ?? '';
      const generationIds = before.flatMap(({ generationId }) => generationId ?? []);
      const said = () => verdictsOnAnswers(db, answers, generationIds);
      for (const old of [...verdictsOnComparisons(db, pairs, [evaluationId]), ...said()])
        expect(old).toMatchObject({ turn: null, originId: null });
      const [generationId = ''] = generationIds;
      const verdict = {
        judgingId: answers.id,
        order: 'given',
        probabilities: [0.5, 0.25, 0.25],
        elsewhere: 0,
        promptTokens: 9,
        identity: fixtureIdentity(),
      } as const;
      const count = said().length;
      const origin = { id: before[0]?.id ?? '', nonce: 'earlier00' };
      for (const turn of [0, 0, 1]) {
        const item = { generationId, turn };
        insertVerdict(db, { ...verdict, item, origin });
        insertVerdict(db, { ...verdict, item });
      }
      const turns = said().filter(({ turn }) => turn !== null);
      expect(said()).toHaveLength(count + 4);
      // What the judge was asked itself counts first.
      expect(turns.map(({ turn, originId }) => [turn, originId])).toEqual([
        [0, null],
        [1, null],
        [0, origin.id],
        [1, origin.id],
      ]);
      expect(all(db, idRow, 'SELECT id FROM verdict')).toHaveLength(before.length + 4);
    },
    (db) => {
      before = all(db, oldRow, 'SELECT id, generation_id AS generationId FROM verdict ORDER BY id');
    },
  );
});
