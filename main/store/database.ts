import type { Database as SqliteDatabase, Statement } from 'better-sqlite3';
import { z } from 'zod';
import { previewLine } from '../../shared/text/foreign-text.ts';
import { StoreError } from './store-error.ts';

/** An open SQLite connection; only the store knows the library behind it. */
export type Database = SqliteDatabase;

/** What a parameter of a statement can be. */
export type SqlValue = string | number | bigint | Uint8Array | null;

type NameCharacter =
  | ('a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm')
  | ('n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z')
  | ('0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9');

/** The letters and digits that `Text` starts with. */
type LeadingName<
  Text extends string,
  Name extends string = '',
> = Text extends `${infer First}${infer Rest}`
  ? Lowercase<First> extends NameCharacter
    ? LeadingName<Rest, `${Name}${First}`>
    : Name
  : Name;

type ParameterName<Sql extends string> = Sql extends `${string}@${infer Rest}`
  ? LeadingName<Rest> | ParameterName<Rest>
  : never;

/**
 * The parameters of a statement by name, read off its text, so that a missing, misspelt or
 * superfluous one is a type error. A text that is put together takes any; SQLite then refuses a
 * missing one. A whole object may be spread in: what the statement does not name is left out.
 */
type SqlParameters<Sql extends string> = string extends Sql
  ? Record<string, SqlValue>
  : { [Name in ParameterName<Sql>]: SqlValue };

/** The last argument of a statement: none when it has no parameters. */
type Given<Sql extends string> = [ParameterName<Sql>] extends [never]
  ? string extends Sql
    ? [Record<string, SqlValue>]
    : []
  : [SqlParameters<Sql>];

/** What stands around everything that a connection stores. */
export interface WriteGuard {
  /** Throws before anything is written. */
  before(): void;
  /** Throws after a commit that must not be acknowledged. */
  after(): void;
  /** After what was rolled back, which may have left traces in the files. */
  failed(): void;
}

const guards = new WeakMap<Database, WriteGuard>();

/** Puts a guard around every transaction of a connection from now on. */
export function guardWrites(db: Database, guard: WriteGuard): void {
  guards.set(db, guard);
}

/** Calls the guard around the outermost writing only: what is inside a transaction is no commit. */
function guarded<Result>(db: Database, work: () => Result): Result {
  const guard = db.inTransaction ? undefined : guards.get(db);
  guard?.before();
  let result;
  try {
    result = work();
  } catch (error) {
    guard?.failed();
    throw error;
  }
  guard?.after();
  return result;
}

const statements = new WeakMap<Database, Map<string, Statement>>();

/** A prepared statement, kept per connection and SQL text. */
function prepared(db: Database, sql: string): Statement {
  let cache = statements.get(db);
  if (!cache) statements.set(db, (cache = new Map()));
  let statement = cache.get(sql);
  if (!statement) cache.set(sql, (statement = db.prepare(sql)));
  return statement;
}

/** A row as its schema; PROJECT_INVALID when the file says something else. */
function parseRow<Row>(schema: z.ZodType<Row>, row: unknown): Row {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new StoreError(
    'PROJECT_INVALID',
    `The project holds a value this program does not understand (${previewLine(z.prettifyError(parsed.error), 300)}). ` +
      'It was written by another build, or the file is damaged.',
  );
}

/**
 * A text that is put together, whose parameters the compiler cannot read off it: of fixed names
 * alone, never of what a file or a person says.
 */
export const assembled = (sql: string): string => sql;

/** All rows of a query, each parsed by the schema of its columns. */
export function all<Row, const Sql extends string>(
  db: Database,
  schema: z.ZodType<Row>,
  sql: Sql,
  ...given: Given<Sql>
): Row[] {
  return prepared(db, sql)
    .all(given[0] ?? {})
    .map((row) => parseRow(schema, row));
}

/** The first row of a query, parsed by the schema of its columns, if there is one. */
export function get<Row, const Sql extends string>(
  db: Database,
  schema: z.ZodType<Row>,
  sql: Sql,
  ...given: Given<Sql>
): Row | undefined {
  const row = prepared(db, sql).get(given[0] ?? {});
  return row === undefined ? undefined : parseRow(schema, row);
}

/** Runs a statement and returns the number of rows it changed. */
export function run<const Sql extends string>(
  db: Database,
  sql: Sql,
  ...given: Given<Sql>
): number {
  return guarded(db, () => prepared(db, sql).run(given[0] ?? {}).changes);
}

/** The single INTEGER column of a query, for lists too long to parse row by row. */
export function integers(db: Database, sql: string, given: Record<string, SqlValue>): number[] {
  const values = prepared(db, sql).pluck().all(given) as number[];
  const strange = values.find((value) => !Number.isSafeInteger(value));
  if (strange === undefined) return values;
  throw new StoreError(
    'PROJECT_INVALID',
    `The project holds the number ${strange}, which is beyond what this program counts to. It was ` +
      'changed by another program, or the file is damaged: restore it from a backup.',
  );
}

/** Runs `work` in one immediate transaction: all of it is stored, or nothing. */
export function withTransaction<Result>(db: Database, work: () => Result): Result {
  return guarded(db, () => db.transaction(work).immediate());
}

/**
 * Stores a piece without waiting for the disk: a loss of power takes back the last pieces in order,
 * which are made again, and the next change that is acknowledged waits for all before it. Only a
 * write-ahead log keeps that order.
 */
export function withoutSyncing<Result>(db: Database, work: () => Result): Result {
  const [mode, before] = ['journal_mode', 'synchronous'].map((name) =>
    db.pragma(name, { simple: true }),
  );
  if (mode !== 'wal' || db.inTransaction) return work();
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma(`synchronous = ${Number(before)}`);
  }
}
