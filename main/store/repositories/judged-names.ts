import { z } from 'zod';
import type { Database } from '../database.ts';
import { get } from '../database.ts';

const judgedRow = z.object({ thing: z.enum(['evaluation', 'study']), id: z.string() });

/**
 * The evaluation or the study that is called so: commands find both by their names, so that neither
 * takes a name of the other kind.
 */
export function judgedNamed(db: Database, name: string): z.infer<typeof judgedRow> | undefined {
  return get(
    db,
    judgedRow,
    `SELECT 'study' AS thing, id FROM study WHERE name = @name
     UNION ALL SELECT 'evaluation', id FROM evaluation WHERE name = @name LIMIT 1`,
    { name },
  );
}

/** Whether an evaluation or a study is called so. */
export const isJudgedNameTaken = (db: Database, name: string): boolean =>
  judgedNamed(db, name) !== undefined;
