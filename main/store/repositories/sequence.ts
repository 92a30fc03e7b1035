import { z } from 'zod';
import { sequenceColumn } from '../columns.ts';
import { get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';

const sequenceRow = z.object({ sequence: sequenceColumn });

/**
 * Takes the next place in the order of the project: 1 + the greatest that any row of it ever had.
 * Rows of one batch share a number. Call it in the transaction that stores what it orders.
 */
export function nextSequence(db: Database): number {
  const row = get(
    db,
    sequenceRow,
    'UPDATE project SET last_sequence = last_sequence + 1 RETURNING last_sequence AS sequence',
  );
  if (!row) throw new StoreError('PROJECT_INVALID', 'The project lacks the row that numbers it');
  return row.sequence;
}
