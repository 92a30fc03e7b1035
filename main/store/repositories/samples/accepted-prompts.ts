import { z } from 'zod';
import { countRow, messagesColumn } from '../../columns.ts';
import { all, get, type Database } from '../../database.ts';

const promptRow = z.object({ seq: z.number().int(), messages: messagesColumn });

const isAccepted = `s.status = 'accepted'
  AND NOT EXISTS (SELECT 1 FROM binned_sample b WHERE b.sample_seq = s.seq)` as const;

/** How many samples are accepted and not in the bin. */
export const countAccepted = (db: Database): number =>
  get(db, countRow, `SELECT count(*) AS n FROM sample s WHERE ${isAccepted}`)?.n ?? 0;

/** The next accepted samples above a sequence number with what their users say, in the order of the list. */
export function acceptedPrompts(
  db: Database,
  after: number,
  limit: number,
): { seq: number; asked: string }[] {
  const rows = all(
    db,
    promptRow,
    `SELECT s.seq, v.messages_json AS messages FROM sample s
     JOIN sample_version v ON v.id = s.current_version_id
     WHERE s.seq > @after AND ${isAccepted} ORDER BY s.seq LIMIT @limit`,
    { after, limit },
  );
  return rows.map(({ seq, messages }) => ({ seq, asked: askedText(messages) }));
}

/** What the user of a conversation says, in all turns; where there is none, all that is said. */
export function askedText(messages: readonly { role: string; content: string }[]): string {
  const asked = messages.filter(({ role }) => role === 'user');
  return (asked.length > 0 ? asked : messages).map(({ content }) => content).join('\n\n');
}
