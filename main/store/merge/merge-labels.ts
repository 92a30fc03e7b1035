import { z } from 'zod';
import type { LabelledThing } from '../../../shared/domain/label.ts';
import { all, assembled, get, run, type Database } from '../database.ts';
import { countRow } from '../columns.ts';
import { baseName } from '../repositories/given-names.ts';
import { isLive } from '../repositories/labels.ts';
import type { ContentTable } from './content-tables.ts';
import { finalId, type Side } from './identities.ts';
import { refuseChangedRows, type UnionCount } from './union-rows.ts';

/** The kind of thing that the rows of a table are to a person. */
export const thingOf: Partial<Record<ContentTable, LabelledThing>> = {
  run: 'run',
  checkpoint: 'checkpoint',
  dataset: 'dataset',
  prompt_set: 'prompt-set',
  study: 'study',
  evaluation: 'evaluation',
  model: 'model',
  sample: 'sample',
  system: 'answers',
};

/** Something that only one of two copies had deleted. */
export interface DeletedThing {
  table: string;
  name: string;
}

const shownRow = z.object({ name: z.string() });

/**
 * Tells both files what was deleted in either, before anything else is brought together: what is
 * taken out of both then cannot come back. Returns what goes from the open one, and whether anything
 * has to be taken out at all.
 */
export function shareDeletions(db: Database): { deleted: DeletedThing[]; isAny: boolean } {
  const live = new Map(
    namedThings.map(({ table, thing }) => [table, namesOf(db, table, isLive(thing, 't.id'))]),
  );
  for (const [to, from] of [
    ['main', 'other'],
    ['other', 'main'],
  ])
    db.exec(
      `INSERT OR IGNORE INTO ${to}.label SELECT * FROM ${from}.label WHERE field = 'deleted'`,
    );
  const deleted = namedThings.flatMap(({ table, thing }) => {
    const still = new Set(namesOf(db, table, isLive(thing, 't.id')));
    const gone = (live.get(table) ?? []).filter((name) => !still.has(name));
    return gone.map((name) => ({ table, name }));
  });
  const count = `SELECT count(*) AS n FROM main.label WHERE field = 'deleted'`;
  return { deleted, isAny: (get(db, countRow, count)?.n ?? 0) > 0 };
}

const namedThings = [
  { table: 'run', thing: 'run' },
  { table: 'dataset', thing: 'dataset' },
  { table: 'prompt_set', thing: 'prompt-set' },
  { table: 'study', thing: 'study' },
  { table: 'evaluation', thing: 'evaluation' },
  { table: 'system', thing: 'answers' },
] as const;

function namesOf(db: Database, table: string, where: string): string[] {
  const place = table === 'system' ? 't.created_ms' : 't.sequence';
  const sql: string = `SELECT t.name FROM main.${table} t WHERE t.name IS NOT NULL AND ${where}
    ORDER BY ${place}, t.id`;
  return all(db, shownRow, sql, {}).map(({ name }) => name);
}

const labelRow = z.object({ id: z.string(), name: z.string() });

/** The newest name that somebody gave to each thing of a table, in either file, by its final id. */
export function givenNames(db: Database, table: ContentTable): Map<string, string> {
  const thing = thingOf[table];
  if (!thing) return new Map();
  const named = (
    side: Side,
  ) => `SELECT ${finalId(side, table, 'l.thing_id')} AS id, l.value AS name,
      l.sequence, l.id AS place FROM ${side}.label l WHERE l.thing = '${thing}' AND l.field = 'name'`;
  const sql: string = `SELECT id, name FROM (${named('main')} UNION ${named('other')})
    ORDER BY sequence, place`;
  return new Map(all(db, labelRow, sql, {}).map(({ id, name }) => [id, name]));
}

/** The SQL of what a row `t` of a file was called before anybody renamed it. */
export const firstNameSql = (side: Side, table: 'run' | 'dataset' | 'prompt_set'): string =>
  `coalesce((SELECT l.value FROM ${side}.label l WHERE l.thing = '${thingOf[table]}'
     AND l.thing_id = t.id AND l.field = 'first-name' LIMIT 1), t.name)`;

/** What a row of a file was called before anybody renamed it. */
export function firstName(db: Database, side: Side, table: 'run', id: string): string {
  const sql: string = `SELECT t.id, ${firstNameSql(side, table)} AS name FROM ${side}.${table} t
    WHERE t.id = @id`;
  const row = get(db, labelRow, sql, { id });
  return row ? baseName(row) : '';
}

const idRow = z.object({ id: z.string() });

/** The ids of what was deleted; to be called once both files know all deletions. */
export function deletedIds(db: Database, table: ContentTable): Set<string> {
  const thing = thingOf[table];
  if (!thing || thing === 'checkpoint' || thing === 'model') return new Set();
  const sql: string = `SELECT t.thing_id AS id FROM main.label t WHERE t.thing = '${thing}'
    AND t.field = 'deleted' AND NOT (${isLive(thing, 't.thing_id')})`;
  return new Set(all(db, idRow, sql, {}).map(({ id }) => id));
}

/** Marks as deleted what a merge split off from a run that was deleted. */
export function deleteSplitRun(
  db: Database,
  runId: string,
  splitRunId: string,
  labelId: string,
): void {
  run(
    db,
    `INSERT OR IGNORE INTO main.label (id, thing, thing_id, field, value, author, created_ms, sequence)
     SELECT @labelId, 'run', @splitRunId, 'deleted', value, author, created_ms, sequence
     FROM main.label WHERE thing = 'run' AND thing_id = @runId AND field = 'deleted'
     ORDER BY sequence, id LIMIT 1`,
    { labelId, splitRunId, runId },
  );
}

/** Brings labels together, once it is known what became of the things that they are of. */
export function mergeLabels(db: Database, path: string): UnionCount {
  refuseChangedRows(db, 'label', path, ['thing_id']);
  for (const [table, thing] of Object.entries(thingOf)) {
    if (!(table in thingOf)) continue;
    run(
      db,
      assembled(`UPDATE main.label SET thing_id = ${finalIn('main', table, 'thing_id')}
        WHERE thing = '${thing}'`),
      {},
    );
  }
  const translated = Object.entries(thingOf)
    .map(([table, thing]) => `WHEN '${thing}' THEN ${finalIn('other', table, 'o.thing_id')}`)
    .join(' ');
  const came = run(
    db,
    assembled(`INSERT INTO main.label (id, thing, thing_id, field, value, author, created_ms, sequence)
      SELECT id, thing, CASE thing ${translated} ELSE thing_id END, field, value, author, created_ms,
        sequence FROM other.label o WHERE NOT EXISTS (SELECT 1 FROM main.label m WHERE m.id = o.id)`),
    {},
  );
  const total = get(db, countRow, 'SELECT count(*) AS n FROM other.label')?.n ?? 0;
  return { came, known: total - came };
}

const finalIn = (side: Side, table: string, column: string) =>
  `coalesce((SELECT final FROM temp.${side}_id WHERE thing = '${table}' AND id = ${column}), ${column})`;
