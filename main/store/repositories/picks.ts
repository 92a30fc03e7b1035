import { z } from 'zod';
import { pickSchema, type Pick } from '../../../shared/domain/runs/choice.ts';
import { momentSchema } from '../../../shared/domain/stored-value.ts';
import { all, type Database } from '../database.ts';
import { addLabel, lastValue } from './labels.ts';

/** SQL of the hash of the checkpoint that is picked of a run; '' where none is. */
export const pickedHash = (runId: string): string => {
  const value = lastValue('run', 'pick', runId);
  return `coalesce(CASE WHEN json_valid(${value}) THEN ${value} ->> 'sha256' END, '')`;
};

const pickRow = z.object({ value: z.string(), author: z.string(), createdMs: momentSchema });

/** A pick with who made it and when; `pick` is null where somebody took one back to none. */
export interface StoredPick {
  pick: Pick | null;
  author: string;
  createdMs: number;
}

/** Everything that was ever picked of a run, the oldest first: the last one counts. */
export function picksOf(db: Database, runId: string): StoredPick[] {
  return all(
    db,
    pickRow,
    `SELECT value, author, created_ms AS createdMs FROM label
     WHERE thing = 'run' AND thing_id = @runId AND field = 'pick' ORDER BY sequence, id`,
    { runId },
  ).map(({ value, ...rest }) => ({ pick: parsedPick(value), ...rest }));
}

/** Of a file that somebody else wrote: what is no pick is none. */
function parsedPick(value: string): Pick | null {
  try {
    return pickSchema.nullable().catch(null).parse(JSON.parse(value));
  } catch {
    return null;
  }
}

/** Appends a pick, or that there is none any more. */
export function addPick(db: Database, runId: string, pick: Pick | null, author: string): void {
  const value = pick === null ? '' : JSON.stringify(pick);
  addLabel(db, { thing: 'run', id: runId, field: 'pick', value, author });
}
