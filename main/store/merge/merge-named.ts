import { z } from 'zod';
import { all, get, run, type Database, assembled } from '../database.ts';
import { finalId, mapIdentity, redirectReferences, type Side } from './identities.ts';
import { baseName, type Named } from '../repositories/given-names.ts';
import { deletedIds, firstNameSql, givenNames } from './merge-labels.ts';
import { uniqueNames } from './names.ts';
import type { ContentTable } from './content-tables.ts';

const frozenRow = z.object({
  id: z.string(),
  name: z.string(),
  contentHash: z.string(),
  unhashed: z.string(),
});

const frozenRows = (db: Database, side: Side, table: 'dataset' | 'prompt_set') =>
  all(
    db,
    frozenRow,
    assembled(
      `SELECT id, ${firstNameSql(side, table)} AS name, content_hash AS contentHash,
         ${unhashed(side, table)} AS unhashed
       FROM ${side}.${table} t`,
    ),
    {},
  ).map((row) => ({ ...row, side }));

/** What a dataset's hash does not cover: weights of versions from before weights were hashed. */
const unhashed = (side: Side, table: 'dataset' | 'prompt_set') =>
  table === 'prompt_set'
    ? `''`
    : `(SELECT coalesce(group_concat(i.ordinal || ':' || w.weights, ',' ORDER BY i.ordinal), '')
        FROM ${side}.dataset_item i JOIN ${side}.unhashed_weights w ON w.version_id = i.version_id
        WHERE i.dataset_id = t.id)`;

/**
 * Makes one of two frozen things that were made apart under one name and hold the same: the one
 * with the smaller id. Under two names both stay; it is the first name that counts, since only that
 * is the same in every copy.
 */
export function joinFrozen(db: Database, table: 'dataset' | 'prompt_set'): void {
  const rows = [...frozenRows(db, 'main', table), ...frozenRows(db, 'other', table)];
  const deleted = deletedIds(db, table);
  const kept = rows.filter(({ id }) => !deleted.has(id));
  const groups = Map.groupBy(kept, (row) =>
    JSON.stringify([baseName(row), row.contentHash, row.unhashed]),
  );
  for (const group of groups.values()) {
    const final = group.map(({ id }) => id).reduce((a, b) => (a < b ? a : b));
    for (const { side, id } of group) mapIdentity(db, side, table, { id, final });
  }
}

/** Makes one of two records of the same weights; where they lie is each machine's own. */
export function joinModels(db: Database): void {
  const pair = 'main.model m JOIN other.model o ON o.sha256 = m.sha256';
  db.exec(`
    INSERT INTO temp.other_id SELECT 'model', o.id, m.id FROM ${pair} WHERE m.id < o.id;
    INSERT INTO temp.main_id SELECT 'model', m.id, o.id FROM ${pair} WHERE o.id < m.id;
  `);
  redirectReferences(db, 'model');
  db.exec(`
    UPDATE main.model AS m SET id = o.id, info_json = o.info_json, created_ms = o.created_ms
      FROM other.model o WHERE o.sha256 = m.sha256 AND o.id < m.id;
    UPDATE main.model AS m SET sequence = o.sequence
      FROM other.model o WHERE o.sha256 = m.sha256 AND o.sequence < m.sequence;
  `);
}

/** Takes the other file's record of a dataset that goes on under the other file's id. */
export function replaceDatasets(db: Database): void {
  redirectReferences(db, 'dataset');
  replaceFrozen(db, 'dataset', 'author = o.author, created_ms = o.created_ms');
  db.exec(`DELETE FROM main.dataset_item WHERE dataset_id IN
    (SELECT final FROM temp.main_id WHERE thing = 'dataset')`);
}

/** The same for prompt sets; their prompts are told by their place. */
export function replacePromptSets(db: Database): void {
  const pair = `main.prompt m JOIN other.prompt o ON o.ordinal = m.ordinal
    AND ${finalId('other', 'prompt_set', 'o.prompt_set_id')}
      = ${finalId('main', 'prompt_set', 'm.prompt_set_id')}`;
  db.exec(`
    INSERT INTO temp.other_id SELECT 'prompt', o.id, m.id FROM ${pair}
      WHERE m.id <> o.id AND NOT ${isReplaced('m.prompt_set_id')};
    INSERT INTO temp.main_id SELECT 'prompt', m.id, o.id FROM ${pair}
      WHERE m.id <> o.id AND ${isReplaced('m.prompt_set_id')};
  `);
  redirectReferences(db, 'prompt');
  redirectReferences(db, 'prompt_set');
  db.exec(`
    UPDATE main.prompt AS m SET id = o.id, messages_json = o.messages_json,
      expected = o.expected, license = o.license, source = o.source
      FROM other.prompt o JOIN temp.main_id i ON i.thing = 'prompt' AND i.final = o.id
      WHERE m.id = i.id;
  `);
  replaceFrozen(
    db,
    'prompt_set',
    `created_ms = o.created_ms, version_of = ${finalId('other', 'prompt_set', 'o.version_of')}`,
  );
}

const isReplaced = (column: string) =>
  `EXISTS (SELECT 1 FROM temp.main_id WHERE thing = 'prompt_set' AND id = ${column})`;

function replaceFrozen(db: Database, table: 'dataset' | 'prompt_set', values: string): void {
  db.exec(`
    UPDATE main.${table} AS m SET sequence = o.sequence FROM other.${table} o
      WHERE ${finalId('main', table, 'm.id')} = ${finalId('other', table, 'o.id')}
        AND o.sequence < m.sequence;
    UPDATE main.${table} AS m SET id = i.final, name = char(0) || i.final FROM temp.main_id i
      WHERE i.thing = '${table}' AND i.id = m.id;
    UPDATE main.${table} AS m SET ${values} FROM other.${table} o
      WHERE o.id = m.id AND m.id IN (SELECT final FROM temp.main_id WHERE thing = '${table}');
  `);
}

// What a row is called while it waits for its name; no name of a person's begins so.
const placeholder = '\u0000';
const isPlaceholder = (name: string) => name.startsWith(placeholder);

const namedRow = z.object({ id: z.string(), name: z.string() });

/** A name that two rows had, and what one of them is called now. */
export interface Renamed {
  table: string;
  id: string;
  name: string;
  newName: string;
}

/** A column whose values no two rows may share, and how those of all rows are chosen. */
interface NamedColumn {
  table: string;
  column: string;
  assign?: typeof uniqueNames;
}

/**
 * Gives rows of this file names of their own before others come. `rows` are all that there will be,
 * by the id that they will have, with the names that people gave them.
 */
export function giveNames(
  db: Database,
  { table, column, assign = uniqueNames }: NamedColumn,
  rows: readonly Named[],
): { names: Map<string, string>; renamed: Renamed[] } {
  const names = assign(rows);
  const sql: string = `SELECT id, ${column} AS name FROM main.${table} WHERE ${column} IS NOT NULL`;
  const here = new Map(all(db, namedRow, sql, {}).map(({ id, name }) => [id, name]));
  const changes = [...here].filter(([id, name]) => names.has(id) && names.get(id) !== name);
  const set: string = `UPDATE main.${table} SET ${column} = @name WHERE id = @id`;
  // First out of each other's way.
  for (const [id] of changes) run(db, set, { id, name: placeholder + id });
  for (const [id] of changes) run(db, set, { id, name: names.get(id) ?? '' });
  const givenOf = new Map(rows.map(({ id, name }) => [id, name]));
  const renamed = [...names].flatMap(([id, newName]) => {
    const stored = here.get(id);
    const given = givenOf.get(id) ?? newName;
    const name = stored === undefined || isPlaceholder(stored) ? given : stored;
    // A name that a person gave in the other file is none that the merge had to find.
    const isGiven = newName === given && baseName({ id, name }) !== given;
    return newName === name || isGiven ? [] : [{ table, id, name, newName }];
  });
  return { names, renamed };
}

/** Names the rows of a table in both files; those that come find theirs in `temp.name`. */
export function nameRows(
  db: Database,
  table: ContentTable,
  { column, assign = uniqueNames }: Omit<NamedColumn, 'table'>,
): Renamed[] {
  const rows = (['main', 'other'] as const).flatMap((side) => {
    const sql: string = `SELECT id, ${column} AS name FROM ${side}.${table} WHERE ${column} IS NOT NULL`;
    const stored = all(db, namedRow, sql, {}).filter(({ name }) => !isPlaceholder(name));
    return stored.map((row) => ({
      id: finalIdOf(db, side, table, row.id),
      name: assign === uniqueNames ? baseName(row) : row.name,
    }));
  });
  const isGiven = assign === uniqueNames;
  const labelled = isGiven ? givenNames(db, table) : new Map<string, string>();
  const deleted = isGiven ? deletedIds(db, table) : new Set<string>();
  const distinct = [...new Map(rows.map((row) => [row.id, row])).values()].map(({ id, name }) => ({
    id,
    name: labelled.get(id) ?? name,
    isDeleted: deleted.has(id),
  }));
  const { names, renamed } = giveNames(db, { table, column, assign }, distinct);
  db.exec(
    'CREATE TEMP TABLE IF NOT EXISTS name (thing TEXT, id TEXT, name TEXT, PRIMARY KEY (thing, id))',
  );
  for (const [id, name] of names)
    run(db, 'INSERT INTO temp.name VALUES (@thing, @id, @name)', {
      thing: `${table}.${column}`,
      id,
      name,
    });
  return renamed;
}

/** The SQL of the name that `nameRows` gave a row of the other file. */
export const givenName = (table: ContentTable, column = 'name'): string =>
  `(SELECT name FROM temp.name WHERE thing = '${table}.${column}' AND id = ${finalId('other', table, 'o.id')})`;

const finalRow = z.object({ id: z.string() });

function finalIdOf(db: Database, side: Side, table: ContentTable, id: string): string {
  const sql: string = `SELECT ${finalId(side, table, '@id')} AS id`;
  return get(db, finalRow, sql, { id })?.id ?? id;
}
