import { copyFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { addedTables, triggers, views } from './hostile-objects.ts';
import { hostileChanges } from './hostile-changes.ts';
import type { HostileSchema } from './plant-schema.ts';

/** Every kind of strange schema there is a name for. */
export const hostileSchemas: readonly HostileSchema[] = [
  ...triggers,
  ...views,
  ...addedTables,
  ...hostileChanges,
];

/** Plants into a copy of a project; in the file itself, or in a write-ahead log beside it. */
export function writeHostileProject(
  source: string,
  target: string,
  hostile: HostileSchema,
  place: 'file' | 'log',
): void {
  const made = place === 'file' ? target : `${target}.made`;
  copyFileSync(source, made);
  const db = new Sqlite(made);
  try {
    if (place === 'log') db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    db.unsafeMode(true);
    db.pragma('writable_schema = ON');
    hostile.plant(db);
    if (place === 'log')
      for (const suffix of ['', '-wal']) copyFileSync(made + suffix, target + suffix);
  } finally {
    db.close();
  }
}
