import { createHash } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { all, guardWrites, run, type Database } from '../../store/database.ts';
import type { EditableProjectFile } from '../../store/file/open-project-file.ts';

/** What a recorded process tells: the content of a project after a commit, or an acknowledgement. */
export const toldSchema = z.object({
  what: z.enum(['commit', 'acknowledge']),
  path: z.string(),
  /** Of the content; an acknowledgement is of the last commit. */
  hash: z.string().default(''),
});

const nameRow = z.object({ name: z.string() });

/**
 * SHA-256 over every row of a project but those that opening it writes: the record of migrations,
 * the id of a project that had none yet, and SQLite's statistics.
 */
export function hashRows(db: Database): string {
  const tables = all(
    db,
    nameRow,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
       AND name NOT IN ('schema_migration', 'project') ORDER BY name`,
  );
  const hash = createHash('sha256');
  for (const { name } of tables) {
    hash.update(`${name}\n`);
    for (const row of db.prepare(`SELECT * FROM "${name}"`).raw().iterate())
      hash.update(
        JSON.stringify(row, (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      );
  }
  return hash.digest('hex').slice(0, 32);
}

/** Tells the recorder what this process promised and when. */
export class Acts {
  readonly #told: number;

  /** `path` is the file whose writes are recorded as what was told. */
  constructor(path: string) {
    this.#told = openSync(path, 'a');
  }

  /** From now on every commit of a project tells its content; so does the moment of this call. */
  follow(file: EditableProjectFile): void {
    const { db, guard, path } = file;
    guardWrites(db, {
      before: () => guard.before(),
      failed: () => guard.failed(),
      after: () => {
        guard.after();
        this.#tell({ what: 'commit', path, hash: hashRows(db) });
      },
    });
    this.#tell({ what: 'commit', path, hash: hashRows(db) });
  }

  /** All that was committed in the project up to now is promised to somebody. */
  acknowledge(path: string): void {
    this.#tell({ what: 'acknowledge', path });
  }

  /** A file that was made whole, such as a copy, is promised with this content. */
  promise(path: string, hash: string): void {
    this.#tell({ what: 'commit', path, hash });
    this.acknowledge(path);
  }

  #tell(told: z.input<typeof toldSchema>): void {
    writeSync(this.#told, `${JSON.stringify(told)}\n`);
  }
}

/** Lets the full-text index compare itself with what it indexes; throws when they differ. */
export function checkSearchIndex(db: Database): void {
  run(db, "INSERT INTO sample_fts (sample_fts) VALUES ('integrity-check')");
}
