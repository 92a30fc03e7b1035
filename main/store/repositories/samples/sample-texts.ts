import { z } from 'zod';
import { countRow, messagesColumn } from '../../columns.ts';
import { all, get, type Database } from '../../database.ts';

const textRow = z.object({ seq: z.number().int(), id: z.string(), messages: messagesColumn });

/** What a dataset may come to hold: what nobody has rejected or moved to the bin. */
const isInPlay = `s.status <> 'rejected'
  AND NOT EXISTS (SELECT 1 FROM binned_sample b WHERE b.sample_seq = s.seq)` as const;

/** How many samples are pending or accepted, and not in the bin. */
export const countInPlay = (db: Database): number =>
  get(db, countRow, `SELECT count(*) AS n FROM sample s WHERE ${isInPlay}`)?.n ?? 0;

/** The next of them above a sequence number with all that is said in them, in the order of the list. */
export const samplesInPlay = (
  db: Database,
  after: number,
  limit: number,
): z.infer<typeof textRow>[] =>
  all(
    db,
    textRow,
    `SELECT s.seq, s.id, v.messages_json AS messages FROM sample s
     JOIN sample_version v ON v.id = s.current_version_id
     WHERE s.seq > @after AND ${isInPlay} ORDER BY s.seq LIMIT @limit`,
    { after, limit },
  );
