import { z } from 'zod';
import type { LabelledThing, Thing } from '../../../shared/domain/label.ts';
import { changeSealedRow } from '../checksums/seal-rows.ts';
import { assembled, get, run, withTransaction, type Database } from '../database.ts';
import { baseName } from '../repositories/given-names.ts';
import { addLabel, keepFirstName } from '../repositories/labels.ts';

/** The tables of the kinds of things that have a name of their own in their row. */
export const namedTables: Partial<
  Record<LabelledThing, 'run' | 'dataset' | 'prompt_set' | 'study' | 'evaluation' | 'system'>
> = {
  run: 'run',
  dataset: 'dataset',
  'prompt-set': 'prompt_set',
  study: 'study',
  evaluation: 'evaluation',
  answers: 'system',
};

const nameRow = z.object({ row: z.number().int(), id: z.string(), name: z.string() });

/** The thing of a kind that has this name, if there is one. */
export function idOfName(db: Database, thing: LabelledThing, name: string): string | undefined {
  const table = namedTables[thing];
  if (!table) return undefined;
  const sql = assembled(`SELECT rowid AS row, id, name FROM ${table} WHERE name = @name`);
  return get(db, nameRow, sql, { name })?.id;
}

/** Whether things of a kind have a name of their own in their row, which cannot be taken away. */
export const hasOwnName = (thing: LabelledThing): boolean => namedTables[thing] !== undefined;

/** Takes the name away that a person gave to a thing which has none of its own. */
export const takeNameAway = (db: Database, thing: Thing, author: string): void =>
  addLabel(db, { ...thing, field: 'name', value: '', author });

/**
 * Gives a thing another name: as a label, which merges compare, and in its row, by which it is
 * found. The caller checks that the name is free.
 */
export function renameThing(db: Database, thing: Thing, name: string, author: string): void {
  withTransaction(db, () => {
    const table = namedTables[thing.thing];
    if (table) {
      const sql = assembled(`SELECT rowid AS row, id, name FROM ${table} WHERE id = @id`);
      const found = get(db, nameRow, sql, { id: thing.id });
      if (!found) return;
      keepFirstName(db, thing, baseName(found));
      changeSealedRow(db, table, found.row, () =>
        run(db, assembled(`UPDATE ${table} SET name = @name WHERE id = @id`), {
          name,
          id: thing.id,
        }),
      );
    }
    addLabel(db, { ...thing, field: 'name', value: name, author });
  });
}
