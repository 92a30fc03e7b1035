import { z } from 'zod';
import type { LabelledThing, Thing } from '../../../shared/domain/label.ts';
import { countRow } from '../columns.ts';
import { deleteSealedRows } from '../checksums/delete-sealed-rows.ts';
import { changeSealedRow } from '../checksums/seal-rows.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { deletedName } from '../repositories/given-names.ts';
import { findCheckpoint } from '../repositories/checkpoints.ts';
import { addLabel, isLive } from '../repositories/labels.ts';
import { versionsOf } from '../repositories/prompts/prompt-versions.ts';
import { namedTables } from './rename-thing.ts';

const isDead = (thing: LabelledThing, column: string) => `NOT (${isLive(thing, column)})`;

const deadRuns = `(SELECT id FROM run WHERE ${isDead('run', 'run.id')})`;
const liveRunOf = (dataset: string) =>
  `EXISTS (SELECT 1 FROM run WHERE run.dataset_id = ${dataset} AND ${isLive('run', 'run.id')})`;

/** Remembers that a thing was deleted, and nothing that belongs to it. */
export function markOneDeleted(db: Database, thing: Thing, author: string): void {
  // A checkpoint that is made again is another file, and there again.
  const checkpoint = thing.thing === 'checkpoint' && findCheckpoint(db, thing.id);
  const value = checkpoint ? checkpoint.sha256 : 'yes';
  addLabel(db, { ...thing, field: 'deleted', value, author });
}

/** Remembers that a thing was deleted; its rows go with `purgeDeleted`, its files after that. */
export function markDeleted(db: Database, thing: Thing, author: string): void {
  markOneDeleted(db, thing, author);
  if (thing.thing === 'prompt-set')
    for (const { id } of versionsOf(db, thing.id).slice(1))
      markOneDeleted(db, { thing: 'prompt-set', id }, author);
  if (thing.thing !== 'study') return;
  const own = all(db, idRow, 'SELECT id FROM evaluation WHERE study_id = @id', { id: thing.id });
  for (const { id } of own)
    if (id !== null) markOneDeleted(db, { thing: 'evaluation', id }, author);
}

/**
 * Takes what was deleted out of the file, and nothing that something else still stands on: the
 * items of a dataset stay until no run is left that was trained on it, the prompts of a set and the
 * rows of a checkpoint until no evaluation needs them. What goes follows from the rows alone, so
 * that copies which know the same deletions hold the same.
 */
export function purgeDeleted(db: Database): void {
  if (!get(db, countRow, `SELECT count(*) AS n FROM label WHERE field = 'deleted'`)?.n) return;
  withTransaction(db, () => {
    purgeEvaluations(db);
    purgeAnswers(db);
    purgeRuns(db);
    purgeFrozen(db);
    deleteSealedRows(db, 'chat_answer', isDead('conversation', 't.conversation_id'));
    freeNames(db);
  });
}

const isOfNoEvaluation = 'NOT EXISTS (SELECT 1 FROM evaluation e WHERE e.study_id = t.id)';

const isDeadJudging = `(t.evaluation_id IS NOT NULL AND ${isDead('evaluation', 't.evaluation_id')}
  OR t.study_id IS NOT NULL AND ${isDead('study', 't.study_id')})`;

function purgeEvaluations(db: Database): void {
  const ofDead = isDead('evaluation', 'c.evaluation_id');
  const jobs = jobsOf(
    db,
    `SELECT job_id AS id FROM evaluation WHERE ${isDead('evaluation', 'id')}
     UNION SELECT job_id FROM study WHERE ${isDead('study', 'id')}
     UNION SELECT t.job_id FROM judging t WHERE ${isDeadJudging}`,
  );
  const judgedAlone = `SELECT t.id FROM judging t WHERE ${isDeadJudging}`;
  deleteSealedRows(
    db,
    'verdict',
    `t.judging_id IN (${judgedAlone})
     OR t.comparison_id IN (SELECT c.id FROM comparison c WHERE ${ofDead})`,
  );
  deleteSealedRows(db, 'judging', isDeadJudging);
  deleteSealedRows(
    db,
    'vote',
    `t.comparison_id IN (SELECT c.id FROM comparison c WHERE ${ofDead})`,
  );
  deleteSealedRows(db, 'comparison', isDead('evaluation', 't.evaluation_id'));
  deleteSealedRows(
    db,
    'own_reveal',
    `t.evaluation_id IS NOT NULL AND ${isDead('evaluation', 't.evaluation_id')}
     OR t.study_id IS NOT NULL AND ${isDead('study', 't.study_id')}`,
  );
  deleteSealedRows(db, 'evaluation', isDead('evaluation', 't.id'));
  deleteSealedRows(db, 'study', `${isDead('study', 't.id')} AND ${isOfNoEvaluation}`);
  for (const ofAnswers of ['verdict', 'grade'] as const)
    deleteSealedRows(
      db,
      ofAnswers,
      `t.generation_id IN (SELECT g.id FROM generation g WHERE ${isOfNobody('g')})`,
    );
  deleteSealedRows(db, 'generation', isOfNobody('t'));
  db.exec(
    `DELETE FROM unfinished_dialogue WHERE (system_id, prompt_id) NOT IN (${askedOfSystems})`,
  );
  deleteJobs(db, jobs);
}

/** An answer that no evaluation shows; it stays if it was imported and its prompt is there. */
const isOfNobody = (row: string) =>
  `(${row}.system_id, ${row}.prompt_id) NOT IN (${askedOfSystems})
   AND NOT (${row}.finish <> 'failed' AND ${isImportedAnswer(row)})`;

const askedOfSystems = `SELECT e.system_a_id, c.prompt_id FROM comparison c
    JOIN evaluation e ON e.id = c.evaluation_id
  UNION SELECT e.system_b_id, c.prompt_id FROM comparison c
    JOIN evaluation e ON e.id = c.evaluation_id`;

/** Nothing here could make it again: it stays without an evaluation, as long as its prompt does. */
const isImportedAnswer = (row: string) => `EXISTS (SELECT 1 FROM system s, prompt p
  WHERE s.id = ${row}.system_id AND s.kind = 'answers' AND ${isLive('answers', 's.id')}
    AND p.id = ${row}.prompt_id AND ${isLive('prompt-set', 'p.prompt_set_id')})`;

const systemsInUse = `(SELECT system_id FROM generation UNION SELECT system_a_id FROM evaluation
  UNION SELECT system_b_id FROM evaluation
  UNION SELECT focus_system_id FROM study WHERE focus_system_id IS NOT NULL
  UNION SELECT system_id FROM judging)`;

function purgeAnswers(db: Database): void {
  deleteSealedRows(
    db,
    'system',
    `t.kind = 'answers' AND ${isDead('answers', 't.id')} AND t.id NOT IN ${systemsInUse}`,
  );
}

const ofRuns = ['run_metric', 'run_event', 'dev_loss', 'probe_answer', 'probe_prompt', 'run_probe'];

function purgeRuns(db: Database): void {
  for (const table of ofRuns) deleteSealedRows(db, table, `t.run_id IN ${deadRuns}`);
  deleteSealedRows(
    db,
    'system',
    `t.checkpoint_id IN (SELECT id FROM checkpoint WHERE run_id IN ${deadRuns})
     AND t.id NOT IN ${systemsInUse}`,
  );
  deleteSealedRows(
    db,
    'checkpoint',
    `t.run_id IN ${deadRuns}
     AND t.id NOT IN (SELECT checkpoint_id FROM system WHERE checkpoint_id IS NOT NULL)`,
  );
  const isUnused = 'NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.run_id = t.id)';
  const jobs = jobsOf(
    db,
    `SELECT job_id AS id FROM run t WHERE t.id IN ${deadRuns} AND ${isUnused}`,
  );
  deleteSealedRows(db, 'run', `t.id IN ${deadRuns} AND ${isUnused}`);
  deleteJobs(db, jobs);
  // Of a run that an evaluation names, only what it was made of stays.
  run(
    db,
    assembled(`UPDATE run SET engine = '', total_steps = 0, encode_report_json = NULL,
      memory_json = NULL WHERE id IN ${deadRuns}`),
    {},
  );
}

const isAsked = (set: string) =>
  `EXISTS (SELECT 1 FROM evaluation e WHERE e.prompt_set_id = ${set})`;

function purgeFrozen(db: Database): void {
  const isOfNobody = 'NOT EXISTS (SELECT 1 FROM run r WHERE r.dataset_id = t.id)';
  deleteSealedRows(
    db,
    'dataset_item',
    `${isDead('dataset', 't.dataset_id')} AND NOT ${liveRunOf('t.dataset_id')}`,
  );
  deleteSealedRows(db, 'dataset', `${isDead('dataset', 't.id')} AND ${isOfNobody}`);
  deleteSealedRows(
    db,
    'prompt',
    `${isDead('prompt-set', 't.prompt_set_id')} AND NOT ${isAsked('t.prompt_set_id')}`,
  );
  deleteSealedRows(db, 'prompt_set', `${isDead('prompt-set', 't.id')} AND NOT ${isAsked('t.id')}`);
}

const idRow = z.object({ id: z.string().nullable() });

const jobsOf = (db: Database, sql: string) =>
  all(db, idRow, sql, {}).flatMap(({ id }) => (id === null ? [] : [id]));

function deleteJobs(db: Database, ids: readonly string[]): void {
  for (const id of ids)
    run(
      db,
      `DELETE FROM job WHERE id = @id AND id NOT IN (SELECT job_id FROM run)
       AND NOT EXISTS (SELECT 1 FROM evaluation WHERE job_id = @id)
       AND NOT EXISTS (SELECT 1 FROM study WHERE job_id = @id)
       AND NOT EXISTS (SELECT 1 FROM judging WHERE job_id = @id)
       AND NOT EXISTS (SELECT 1 FROM open_batch WHERE job_id = @id)`,
      { id },
    );
}

const nameRow = z.object({ row: z.number().int(), id: z.string(), name: z.string() });
const things = ['run', 'dataset', 'prompt-set', 'answers'] as const;

/** What stays because something refers to it gives its name free. */
function freeNames(db: Database): void {
  for (const thing of things) {
    const table = namedTables[thing];
    if (!table) continue;
    const sql: string = `SELECT rowid AS row, id, name FROM ${table}
      WHERE name IS NOT NULL AND ${isDead(thing, `${table}.id`)}`;
    for (const { row, id, name } of all(db, nameRow, sql, {})) {
      const given = deletedName({ id, name });
      if (given === name) continue;
      changeSealedRow(db, table, row, () =>
        run(db, assembled(`UPDATE ${table} SET name = @given WHERE id = @id`), { given, id }),
      );
    }
  }
}
