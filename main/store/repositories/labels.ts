import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { LabelledThing, Labels, Thing } from '../../../shared/domain/label.ts';
import { noLabels } from '../../../shared/domain/label.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { baseName } from './given-names.ts';
import { nextSequence } from './sequence.ts';

/**
 * What a label can say of a thing; `first-name` is what it was called before anybody renamed it, and
 * `pick` of a run the checkpoint that is used where nobody names one.
 */
export type LabelField =
  'name' | 'first-name' | 'note' | 'tags' | 'deleted' | 'license' | 'source' | 'pick';

/** A label about to be stored. */
export interface NewLabel extends Thing {
  field: LabelField;
  value: string;
  author: string;
}

/** Appends a label: from now on it is what counts of this field of the thing. */
export function addLabel(db: Database, { thing, id, field, value, author }: NewLabel): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO label (id, thing, thing_id, field, value, author, created_ms, sequence)
       VALUES (@labelId, @thing, @id, @field, @value, @author, @createdMs, @sequence)`,
      {
        labelId: uuidv7(),
        thing,
        id,
        field,
        value,
        author,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}

/**
 * Remembers what a thing was called at first, by which merges tell datasets and prompt sets. The row
 * is the same in every copy that renames the thing.
 */
export function keepFirstName(db: Database, { thing, id }: Thing, name: string): void {
  const labelId = createHash('sha256')
    .update(JSON.stringify(['first-name', thing, id]))
    .digest('hex')
    .slice(0, 32);
  run(
    db,
    `INSERT OR IGNORE INTO label (id, thing, thing_id, field, value, author, created_ms, sequence)
     VALUES (@labelId, @thing, @id, 'first-name', @name, '', 0, 0)`,
    { labelId, thing, id, name },
  );
}

const firstRow = z.object({ id: z.string(), name: z.string() });

/**
 * Keeps what was frozen just now apart from another thing that was first called the same and was
 * renamed: merges take those for one that two copies made apart.
 */
export function keepApart(
  db: Database,
  { thing, id }: Thing,
  { table, name }: { table: 'dataset' | 'prompt_set'; name: string },
): void {
  const sql = assembled(`SELECT id, name FROM ${table} WHERE id <> @id
    UNION ALL SELECT thing_id, value FROM label
      WHERE thing = @thing AND thing_id <> @id AND field = 'first-name'`);
  if (all(db, firstRow, sql, { id, thing }).some((row) => baseName(row) === name))
    keepFirstName(db, { thing, id }, id);
}

/** SQL of the last value of a field of the thing whose id `idColumn` holds; '' without any. */
export const lastValue = (
  thing: LabelledThing,
  field: LabelField,
  idColumn: string,
  schema = 'main',
) =>
  `coalesce((SELECT l.value FROM ${schema}.label l WHERE l.thing = '${thing}'
     AND l.thing_id = ${idColumn} AND l.field = '${field}'
     ORDER BY l.sequence DESC, l.id DESC LIMIT 1), '')`;

/** SQL that is true of a thing that nobody deleted. */
export const isLive = (thing: LabelledThing, idColumn: string): string =>
  `${lastValue(thing, 'deleted', idColumn)} = ''`;

/** SQL that is true of a checkpoint whose file is still wanted: one made anew is another file. */
export const isCheckpointLive = (idColumn: string, sha256Column: string): string =>
  `${lastValue('checkpoint', 'deleted', idColumn)} <> ${sha256Column}`;

const valueRow = z.object({ value: z.string() });

/** True once a person deleted the thing. */
export const isDeleted = (db: Database, { thing, id }: Thing): boolean =>
  (get(
    db,
    valueRow,
    `SELECT value FROM label WHERE thing = @thing AND thing_id = @id AND field = 'deleted'
     ORDER BY sequence DESC, id DESC LIMIT 1`,
    { thing, id },
  )?.value ?? '') !== '';

const labelRow = z.object({ id: z.string(), field: z.string(), value: z.string() });
// Of a file that somebody else wrote: what is no list of tags is none.
const storedTags = z.array(z.string().max(200)).max(100).catch([]);

/** What people gave to the things of one kind, by id; those without labels are left out. */
export function labelsOf(db: Database, thing: LabelledThing, id: string | null = null) {
  const labels = new Map<string, Labels>();
  const rows = all(
    db,
    labelRow,
    `SELECT thing_id AS id, field, value FROM label
     WHERE thing = @thing AND (@id IS NULL OR thing_id = @id) AND field IN ('name', 'note', 'tags')
     ORDER BY sequence, label.id`,
    { thing, id },
  );
  for (const row of rows) {
    const known = labels.get(row.id) ?? noLabels;
    labels.set(row.id, withField(known, row));
  }
  return labels;
}

function withField(labels: Labels, { field, value }: z.infer<typeof labelRow>): Labels {
  if (field === 'name') return { ...labels, name: value === '' ? null : value };
  if (field === 'note') return { ...labels, note: value };
  return { ...labels, tags: storedTags.parse(parsed(value)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}

/** What people gave to one thing. */
export const labelsOfOne = (db: Database, { thing, id }: Thing): Labels =>
  labelsOf(db, thing, id).get(id) ?? noLabels;

/** The licence and the source that people gave to a thing; empty where nobody did. */
export function originOf(db: Database, thing: LabelledThing, id: string) {
  const sql = assembled(`SELECT ${lastValue(thing, 'license', '@id')} AS license,
    ${lastValue(thing, 'source', '@id')} AS source`);
  return get(db, originRow, sql, { id }) ?? { license: '', source: '' };
}

const originRow = z.object({ license: z.string(), source: z.string() });
