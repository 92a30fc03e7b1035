import Database from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Beyond so many vectors the oldest go: 400 MB at a width of 1024. */
const mostVectors = 100_000;
const waitMs = 2000;
const fileName = 'vectors.sqlite';

const schema = `CREATE TABLE IF NOT EXISTS vector (
  id INTEGER PRIMARY KEY,
  maker TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (maker, text_hash)) STRICT`;

type Row = { text_hash: string; vector: Buffer };

/**
 * Vectors of texts that were computed on this machine, by what made them and the hash of the text:
 * of all projects, in a file that may be deleted. Where that cannot be written or read, they are kept
 * in memory until this is disposed of.
 */
export class VectorCache implements Disposable {
  readonly #database: Database.Database;
  readonly #maker: string;

  /** `maker` names the model and how it is asked: another one's vectors are not comparable. */
  constructor(folder: string, maker: string) {
    this.#maker = maker;
    this.#database = openCache(join(folder, fileName));
  }

  /** The vectors that are there, by text hash. */
  read(hashes: readonly string[]): Map<string, Float32Array> {
    const rows = this.#database
      .prepare<[string, string], Row>(
        `SELECT text_hash, vector FROM vector
         WHERE maker = ? AND text_hash IN (SELECT value FROM json_each(?))`,
      )
      .all(this.#maker, JSON.stringify(hashes));
    return new Map(rows.map(({ text_hash: hash, vector }) => [hash, floatsOf(vector)]));
  }

  /** Keeps vectors; the oldest of all make room. */
  write(vectors: ReadonlyMap<string, Float32Array>): void {
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO vector (maker, text_hash, vector) VALUES (?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (const [hash, { buffer, byteOffset, byteLength }] of vectors)
        insert.run(this.#maker, hash, Buffer.from(buffer, byteOffset, byteLength));
      this.#database
        .prepare('DELETE FROM vector WHERE id <= (SELECT max(id) FROM vector) - ?')
        .run(mostVectors);
    })();
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** A file that is no database any more begins anew: nothing in it is lost for good. */
function openCache(path: string): Database.Database {
  try {
    return opened(path);
  } catch (error) {
    if (isSqlite(error, 'SQLITE_NOTADB', 'SQLITE_CORRUPT'))
      for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  }
  try {
    return opened(path);
  } catch {
    return opened(':memory:');
  }
}

function opened(path: string): Database.Database {
  const database = new Database(path, { timeout: waitMs });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.exec(schema);
    // A read-only file opens and reads, and fails at the first vector.
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const isSqlite = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Database.SqliteError && codes.some((code) => error.code.startsWith(code));

/** A copy: a blob may lie anywhere in memory. */
const floatsOf = (blob: Buffer): Float32Array => new Float32Array(Uint8Array.from(blob).buffer);
