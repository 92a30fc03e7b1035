import { z } from 'zod';
import { all, get, run, type Database, assembled } from '../database.ts';
import { contentTables, type ContentTable } from './content-tables.ts';
import {
  derivedId,
  finalId,
  isDerivedId,
  mapIdentity,
  redirectReferences,
  type Side,
} from './identities.ts';
import { giveNames, type Renamed } from './merge-named.ts';
import { baseName } from '../repositories/given-names.ts';
import { deletedIds, deleteSplitRun, firstName, givenNames } from './merge-labels.ts';
import { contains, runTables, splitId, tellingsOfRuns, type Telling } from './run-tellings.ts';

/** A run that went on in both files, so that the merged one has it twice. */
export interface SplitRun {
  name: string;
  splitName: string;
}

/** A file of weights that comes along; both places are relative to the folders beside the files. */
export interface ComingFile {
  from: string;
  to: string;
  sha256: string;
  sizeBytes: number;
}

/** What became of the runs of two files. */
export interface MergedRuns {
  splits: SplitRun[];
  files: ComingFile[];
  renamed: Renamed[];
  came: number;
  known: number;
}

/**
 * Brings runs together. One that went further in one file is taken as it is there. One that went
 * on to different weights in both is kept twice: the further one under its id, the other under an
 * id that follows from what it made, so that copies of it meet again in every order of merging.
 */
export function mergeRuns(db: Database): MergedRuns {
  for (const table of runTables)
    db.exec(`CREATE TEMP TABLE staged_${table} AS SELECT * FROM main.${table} WHERE 0`);
  const before = new Set(all(db, idRow, 'SELECT id FROM main.run').map(({ id }) => id));
  const files: ComingFile[] = [];
  const pairs: { runId: string; splitId: string }[] = [];
  for (const [runId, tellings] of tellingsOfRuns(db))
    pairs.push(...mergeTellings(db, runId, { tellings, files }));
  redirectReferences(db, 'run');
  redirectReferences(db, 'checkpoint');
  const renamed = nameRuns(db);
  for (const table of runTables) {
    const columns = Object.keys(contentTables[table].columns).join(', ');
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM temp.staged_${table}`);
  }
  const nameOf = new Map(
    all(db, runRow, 'SELECT id, name FROM main.run').map((r) => [r.id, r.name]),
  );
  const splits = pairs.map(({ runId, splitId: id }) => ({
    name: nameOf.get(runId) ?? '',
    splitName: nameOf.get(id) ?? '',
  }));
  const after = all(db, idRow, 'SELECT id FROM main.run').filter(({ id }) => !before.has(id));
  const theirs = all(db, idRow, 'SELECT id FROM other.run').length;
  return { splits, files, renamed, came: after.length, known: theirs - after.length };
}

const idRow = z.object({ id: z.string() });
const runRow = z.object({ id: z.string(), name: z.string() });

/** Names of runs that stay and of those that come, all at once. */
function nameRuns(db: Database): Renamed[] {
  const [labelled, deleted] = [givenNames(db, 'run'), deletedIds(db, 'run')];
  const named = (row: z.infer<typeof runRow>) => ({
    id: row.id,
    name: labelled.get(row.id) ?? baseName(row),
    isDeleted: deleted.has(row.id),
  });
  const here = all(db, runRow, 'SELECT id, name FROM main.run').map(named);
  const coming = all(db, runRow, 'SELECT id, name FROM temp.staged_run').map(named);
  const { names, renamed } = giveNames(db, { table: 'run', column: 'name' }, [...here, ...coming]);
  for (const { id } of coming)
    run(db, 'UPDATE temp.staged_run SET name = @name WHERE id = @id', {
      id,
      name: names.get(id) ?? '',
    });
  return renamed;
}

/** A telling that is kept, and the id of its run in the merged file. */
interface Kept {
  telling: Telling;
  id: string;
}

/** Keeps the tellings that no other one contains; the furthest of them has the run's own id. */
function mergeTellings(
  db: Database,
  runId: string,
  { tellings, files }: { tellings: readonly Telling[]; files: ComingFile[] },
): { runId: string; splitId: string }[] {
  const furthest: Telling[] = [];
  for (const telling of tellings.toSorted((a, b) => compare(b.rank, a.rank)))
    if (!furthest.some((further) => contains(further, telling))) furthest.push(telling);
  const kept = furthest.map((telling, index) => ({
    telling,
    id: index === 0 ? runId : splitId(runId, telling),
  }));
  const inPlace = kept.filter(({ telling, id }) => telling.side === 'main' && telling.runId === id);
  for (const entry of kept) if (!inPlace.includes(entry)) stage(db, entry);
  for (const { side, runId: old } of tellings) {
    if (side === 'main' && !inPlace.some(({ id }) => id === old)) remove(db, old);
    if (!kept.some(({ id }) => id === old)) mapIdentity(db, side, 'run', { id: old, final: runId });
  }
  nameCheckpoints(db, tellings, kept);
  for (const entry of kept)
    if (entry.telling.side === 'other') placeFiles(db, entry, { tellings, files });
  earliestRun(db, runId, { tellings, kept });
  const splits = kept.slice(1).map(({ id }) => ({ runId, splitId: id }));
  if (!deletedIds(db, 'run').has(runId)) return splits;
  for (const { splitId: id } of splits) deleteSplitRun(db, runId, id, derivedId('deleted', id));
  return [];
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** One identity for each checkpoint that was made: the smallest that a file gave it. */
function checkpointIdentities(tellings: readonly Telling[]): Map<string, string> {
  const identities = new Map<string, string>();
  for (const { checkpoints } of tellings)
    for (const { id, epoch, sha256 } of checkpoints) {
      const mark = `${epoch}:${sha256}`;
      const known = identities.get(mark);
      if (known === undefined || rankOf(id) < rankOf(known)) identities.set(mark, id);
    }
  return identities;
}

const rankOf = (id: string) => `${isDerivedId(id) ? 1 : 0}${id}`;

const references: Partial<Record<string, ContentTable>> = {
  model_id: 'model',
  dataset_id: 'dataset',
};

/** Copies what a file tells of a run to where it waits until nothing is in its place any more. */
function stage(db: Database, { telling: { side, runId }, id }: Kept): void {
  // What split off keeps the first name, which is the same in every copy; a given one comes later.
  const name = firstName(db, side, 'run', runId);
  for (const table of runTables) {
    const key = table === 'run' ? 'id' : 'run_id';
    const columns = Object.keys(contentTables[table].columns);
    const values = columns.map((column) => {
      if (column === key) return '@id';
      if (table === 'run' && column === 'name') return '@name';
      const to = references[column];
      return to ? finalId(side, to, column) : column;
    });
    const sql: string = `INSERT INTO temp.staged_${table} (${columns.join(', ')})
      SELECT ${values.join(', ')} FROM ${side}.${table} WHERE ${key} = @runId`;
    run(db, sql, { id, runId, ...(table === 'run' && { name }) });
  }
  stageJob(db, side, runId, id);
}

const jobRow = z.object({ jobId: z.string() });

/** A run needs the job that made it; that of a file that is read never goes on by itself. */
function stageJob(db: Database, side: Side, runId: string, id: string): void {
  const sql: string = `SELECT job_id AS jobId FROM ${side}.run WHERE id = @runId`;
  const old = get(db, jobRow, sql, { runId })?.jobId ?? '';
  const jobId = id === runId || !isDerivedId(id) ? old : derivedId('job', id);
  copyJob(db, side, { old, jobId, ...(jobId !== old && { runId: id }) });
  run(db, 'UPDATE temp.staged_run SET job_id = @jobId WHERE id = @id', { jobId, id });
}

/** Where the weights of a run that comes will lie: where they are here already, or in its folder. */
function placeFiles(
  db: Database,
  { telling, id: runId }: Kept,
  { tellings, files }: { tellings: readonly Telling[]; files: ComingFile[] },
): void {
  const here = tellings.filter(({ side }) => side === 'main').flatMap((own) => own.checkpoints);
  for (const { epoch, sha256, file, sizeBytes } of telling.checkpoints) {
    const known = here.find((own) => own.epoch === epoch && own.sha256 === sha256);
    const folder = `runs/${runId}/epoch-${String(epoch).padStart(3, '0')}`;
    const name = file.endsWith('model.gguf') ? 'model.gguf' : 'adapter.gguf';
    const isTaken = here.some((own) => own.file === `${folder}/${name}`);
    const place = `${isTaken ? `${folder}-${sha256.slice(0, 8)}` : folder}/${name}`;
    if (!known) files.push({ from: file, to: place, sha256, sizeBytes });
    const where = { file: known?.file ?? place, runId, epoch };
    for (const table of ['main.checkpoint', 'temp.staged_checkpoint'])
      run(
        db,
        assembled(`UPDATE ${table} SET file = @file WHERE run_id = @runId AND epoch = @epoch`),
        where,
      );
  }
}

/** All tellings of a run began as one, at the earliest place that a file gives it. */
function earliestRun(
  db: Database,
  runId: string,
  { tellings, kept }: { tellings: readonly Telling[]; kept: readonly Kept[] },
): void {
  const places = tellings.flatMap((telling) => telling.sequence);
  const sequence = Math.min(...places);
  for (const { id } of [{ id: runId }, ...kept])
    for (const table of ['main.run', 'temp.staged_run'])
      run(db, assembled(`UPDATE ${table} SET sequence = @sequence WHERE id = @id`), {
        id,
        sequence,
      });
}

/** Brings the job of a run, in a state in which nothing runs; a split run has one of its own. */
function copyJob(
  db: Database,
  side: Side,
  { old, jobId, runId }: { old: string; jobId: string; runId?: string },
): void {
  const payload = runId === undefined ? 'payload_json' : `json_object('runId', @runId)`;
  const sql: string = `INSERT INTO main.job (id, kind, title, subject_id, state, payload_json,
      progress_json, error_json, result_json, created_ms, started_ms, finished_ms, sequence)
    SELECT @jobId, kind, title, ${runId === undefined ? 'subject_id' : '@runId'},
      CASE WHEN state IN ('succeeded', 'failed', 'cancelled') THEN state ELSE 'interrupted' END,
      ${payload}, NULL, error_json, result_json, created_ms, started_ms, finished_ms, sequence
    FROM ${side}.job WHERE id = @old
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, error_json = excluded.error_json,
      result_json = excluded.result_json, started_ms = excluded.started_ms,
      finished_ms = excluded.finished_ms`;
  run(db, sql, { old, jobId, ...(runId !== undefined && { runId }) });
}

function remove(db: Database, runId: string): void {
  for (const table of [...runTables].toReversed()) {
    const sql: string = `DELETE FROM main.${table} WHERE ${table === 'run' ? 'id' : 'run_id'} = @runId`;
    run(db, sql, { runId });
  }
}

/** What two tellings share has its identity in the further one and a derived one in the others. */
function nameCheckpoints(db: Database, tellings: readonly Telling[], kept: readonly Kept[]): void {
  const identities = checkpointIdentities(tellings);
  const given = new Set<string>();
  for (const { telling, id: runId } of kept)
    for (const { epoch, sha256 } of telling.checkpoints) {
      const identity = identities.get(`${epoch}:${sha256}`) ?? '';
      const id = given.has(identity) ? derivedId('checkpoint', identity, runId) : identity;
      given.add(id);
      for (const table of ['main.checkpoint', 'temp.staged_checkpoint'])
        run(
          db,
          assembled(`UPDATE ${table} SET id = @id WHERE run_id = @runId AND epoch = @epoch`),
          {
            id,
            runId,
            epoch,
          },
        );
    }
  for (const { side, checkpoints } of tellings)
    for (const { id, epoch, sha256 } of checkpoints)
      if (!given.has(id))
        mapIdentity(db, side, 'checkpoint', {
          id,
          final: identities.get(`${epoch}:${sha256}`) ?? id,
        });
}
