import type { Database } from '../database.ts';

/** A project file whose schema somebody changed by hand. */
export interface HostileSchema {
  name: string;
  /** The version of the schema that is changed; the newest where it is left out. */
  version?: number;
  /** Whether a statement of its own runs where nothing checks the schema. */
  isLive?: boolean;
  plant: (db: Database) => void;
}

type Row = Record<'type' | 'name' | 'tbl_name' | 'rootpage' | 'sql', unknown>;

/** Puts a row into the schema as it is, which SQLite lets nobody do who does not ask for it. */
export const plantRow = (row: Row) => (db: Database) => {
  db.prepare(
    `INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)
     VALUES (@type, @name, @tbl_name, @rootpage, @sql)`,
  ).run(row);
};

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Puts a trigger on a table. */
export const trigger = (name: string, table: string, body: string, event = 'AFTER INSERT') =>
  plantRow({
    type: 'trigger',
    name,
    tbl_name: table,
    rootpage: 0,
    sql: `CREATE TRIGGER ${quoted(name)} ${event} ON ${table} BEGIN ${body}; END`,
  });

/** Changes a column of the schema's row of one of our tables or indexes. */
export const alter =
  (name: string, set: string, given: Record<string, unknown> = {}) =>
  (db: Database) => {
    db.prepare(`UPDATE sqlite_master SET ${set} WHERE name = @name`).run({ ...given, name });
  };

/** What a planted statement leaves behind. */
export const canary =
  "INSERT INTO prompt_set (id, name, content_hash, created_ms) VALUES (hex(randomblob(9)), hex(randomblob(9)), 'canary', 1)";

/** Puts a view into the schema, under any name. */
export const view = (name: string, select: string) =>
  plantRow({
    type: 'view',
    name,
    tbl_name: name,
    rootpage: 0,
    sql: `CREATE VIEW ${quoted(name)} AS ${select}`,
  });

/** Puts a table into the schema, which starts where the last of ours does. */
export const table =
  (name: string, columns: string, end = '') =>
  (db: Database) => {
    const rootpage = db.prepare('SELECT max(rootpage) FROM sqlite_master').pluck().get();
    plantRow({
      type: 'table',
      name,
      tbl_name: name,
      rootpage,
      sql: `CREATE TABLE ${quoted(name)}(${columns})${end}`,
    })(db);
  };

/** Makes the statistics of a file, which SQLite reads before anything else, another table. */
export const statistics =
  (name: string, columns: string, end = '', count = 1) =>
  (db: Database) => {
    db.exec(
      `INSERT INTO sqlite_stat1 SELECT 'vote', 'vote_by_comparison', '9 1 1'
       FROM json_each('[${'0,'.repeat(count - 1)}0]')`,
    );
    alter('sqlite_stat1', 'name = @new, tbl_name = @new, sql = @sql', {
      new: name,
      sql: `CREATE TABLE ${name}(${columns})${end}`,
    })(db);
  };

/** An expression that takes seconds wherever it is computed. */
export const slow = "(printf('%.*c', 100000000, 'x') LIKE '%a%b%c')";
