import { z } from 'zod';
import { all, type Database } from '../database.ts';
import { findOtherAnswers, type OtherAnswers } from './find-conflicts.ts';
import { mergeJudgings } from './merge-judgings.ts';
import { mapIdentity, redirectReferences } from './identities.ts';
import { givenName, nameRows, type Renamed } from './merge-named.ts';
import { uniqueKeys } from './names.ts';
import { earliestSequence, refuseChangedRows, unionRows, type UnionCount } from './union-rows.ts';

const isNewEvaluation = 'NOT EXISTS (SELECT 1 FROM main.evaluation k WHERE k.id = o.evaluation_id)';

/**
 * Brings systems, their answers, evaluations and votes together. A system that two files set up
 * apart stays two: each has the answers that its own evaluations showed. One that was revealed in
 * one file is revealed, at the earlier time.
 */
export function mergeEvaluations(
  db: Database,
  path: string,
): { counts: Record<string, UnionCount>; answers: OtherAnswers[]; renamed: Renamed[] } {
  nameRows(db, 'system', { column: 'key_hash', assign: uniqueKeys });
  const renamed = nameRows(db, 'system', { column: 'name' });
  unionRows(db, 'system', {
    replaced: { key_hash: givenName('system', 'key_hash'), name: givenName('system') },
  });
  const answers = findOtherAnswers(db);
  followAnswers(db);
  refuseChangedRows(db, 'generation', path);
  const generations = unionGenerations(db);
  refuseChangedRows(db, 'comparison', path);
  unionRows(db, 'comparison', { where: isNewEvaluation });
  for (const table of ['study', 'evaluation'] as const)
    refuseChangedRows(db, table, path, ['revealed_ms', 'job_id']);
  bringJobs(db);
  const studies = unionRows(db, 'study', { replaced: { name: givenName('study') } });
  const evaluations = unionRows(db, 'evaluation', { replaced: { name: givenName('evaluation') } });
  for (const table of ['study', 'evaluation'] as const) {
    revealInBoth(db, table);
    earliestSequence(db, table);
  }
  refuseChangedRows(db, 'vote', path);
  const votes = unionRows(db, 'vote');
  earliestSequence(db, 'vote');
  refuseChangedRows(db, 'own_reveal', path);
  unionRows(db, 'own_reveal');
  earliestSequence(db, 'own_reveal');
  const verdicts = mergeJudgings(db, path);
  refuseChangedRows(db, 'grade', path);
  const grades = unionRows(db, 'grade');
  earliestSequence(db, 'grade');
  const counts = { answers: generations, studies, evaluations, votes, grades, verdicts };
  return { counts, answers, renamed };
}

/** Revealed in one file is revealed, at the earlier time. */
function revealInBoth(db: Database, table: 'study' | 'evaluation'): void {
  db.exec(`
    UPDATE main.${table} AS m SET
      revealed_ms = min(coalesce(m.revealed_ms, o.revealed_ms), coalesce(o.revealed_ms, m.revealed_ms)),
      job_id = min(coalesce(m.job_id, o.job_id), coalesce(o.job_id, m.job_id))
    FROM other.${table} o WHERE o.id = m.id;
  `);
}

const answerColumns = [
  'id',
  'output',
  'finish',
  'prompt_tokens',
  'output_tokens',
  'duration_ms',
  'identity_json',
  'created_ms',
  'answer_hash',
  'turns_json',
];

/** What refers to one of two answers goes on under the id of the one that stays. */
function followAnswers(db: Database): void {
  const pairs = 'SELECT theirs, ours, is_theirs AS isTheirs FROM temp.generation_pair';
  for (const { theirs, ours, isTheirs } of all(db, pairRow, pairs))
    if (isTheirs) mapIdentity(db, 'main', 'generation', { id: ours, final: theirs });
    else mapIdentity(db, 'other', 'generation', { id: theirs, final: ours });
  redirectReferences(db, 'generation');
}

const pairRow = z.object({ theirs: z.string(), ours: z.string(), isTheirs: z.number() });

/** Of two answers of one system to one prompt the one with the smaller id stays, if it is one. */
function unionGenerations(db: Database): UnionCount {
  db.exec(`
    UPDATE main.generation AS m SET ${answerColumns.map((name) => `${name} = o.${name}`).join(', ')}
    FROM other.generation o JOIN temp.generation_pair p ON p.theirs = o.id
    WHERE m.id = p.ours AND p.is_theirs;
  `);
  const count = unionRows(db, 'generation', {
    where: 'NOT EXISTS (SELECT 1 FROM temp.generation_pair p WHERE p.theirs = o.id)',
  });
  // What the other file answered to its end is not gone on with here.
  db.exec(`DELETE FROM main.unfinished_dialogue WHERE (system_id, prompt_id) IN
    (SELECT system_id, prompt_id FROM main.generation)`);
  return count;
}

/** Jobs that evaluations refer to; what has not ended in the other file never goes on by itself. */
function bringJobs(db: Database): void {
  db.exec(`
    INSERT INTO main.job (id, kind, title, subject_id, state, payload_json, progress_json,
      error_json, result_json, created_ms, started_ms, finished_ms, sequence)
    SELECT id, kind, title, subject_id,
      CASE WHEN state IN ('succeeded', 'failed', 'cancelled') THEN state ELSE 'interrupted' END,
      payload_json, NULL, error_json, result_json, created_ms, started_ms, finished_ms, sequence
    FROM other.job o WHERE id IN (SELECT job_id FROM other.evaluation UNION SELECT job_id FROM other.study)
      AND NOT EXISTS (SELECT 1 FROM main.job k WHERE k.id = o.id);
  `);
}
