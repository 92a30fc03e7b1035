import type { Database as SqliteDatabase, Statement } from 'better-sqlite3';

/** An open SQLite connection; only this folder knows the library behind it. */
export type Database = SqliteDatabase;

const statements = new WeakMap<Database, Map<string, Statement>>();

/** A prepared statement, kept per connection and SQL text. */
function prepared(db: Database, sql: string): Statement {
  let cache = statements.get(db);
  if (!cache) statements.set(db, (cache = new Map()));
  let statement = cache.get(sql);
  if (!statement) cache.set(sql, (statement = db.prepare(sql)));
  return statement;
}

/** All rows of a query; `Row` must name the selected columns with their SQLite types. */
export function all<Row>(db: Database, sql: string, ...params: unknown[]): Row[] {
  return prepared(db, sql).all(...params) as Row[];
}

/** The first row of a query, if there is one. */
export function get<Row>(db: Database, sql: string, ...params: unknown[]): Row | undefined {
  return prepared(db, sql).get(...params) as Row | undefined;
}

/** Runs a statement and returns the number of rows it changed. */
export function run(db: Database, sql: string, ...params: unknown[]): number {
  return prepared(db, sql).run(...params).changes;
}

/** Runs `work` in one immediate transaction: all of it is stored, or nothing. */
export function withTransaction<Result>(db: Database, work: () => Result): Result {
  return db.transaction(work).immediate();
}
