import { expect, test } from 'vitest';
import { idRow } from '../columns.ts';
import { all } from '../database.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { storeUnfinished, unfinishedTurns } from '../repositories/unfinished-dialogues.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('answers of earlier versions are single ones with the hash they had, and dialogues go on beside them', () => {
  withFilledProject(19, (db) => {
    const [first] = comparisonsOf(db, 'e');
    expect(first?.a).toMatchObject({ output: 'x', turns: [], integrity: 'verified' });
    const systemId = findEvaluation(db, 'id', 'e')?.systemAId ?? '';
    const [{ id: promptId } = { id: '' }] = all(
      db,
      idRow,
      'SELECT prompt_id AS id FROM comparison',
    );
    const identity = first?.a?.identity;
    if (!identity) throw new Error('The evaluation has no answer');
    const turn = { output: 'a', finish: 'stop', promptTokens: 1, outputTokens: 1 } as const;
    const turns = [{ ...turn, durationMs: 1, identity }];
    storeUnfinished(db, { systemId, promptId }, turns);
    expect(unfinishedTurns(db, { systemId, promptId })).toEqual(turns);
  });
});
