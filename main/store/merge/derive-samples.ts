import { z } from 'zod';
import { messagesColumn } from '../columns.ts';
import { get, integers, run, type Database } from '../database.ts';
import { refreshFlags } from '../repositories/samples/sample-flags.ts';
import { insertSearchText, summary } from '../repositories/samples/samples.ts';

/**
 * Works out anew what follows from versions and reviews, for the samples that a merge touched:
 * ordinals and the current version by (sequence, id), the status by the last review, what lists and
 * search know of the words. `onSample` is told how many are done.
 */
export function deriveSamples(db: Database, onSample: (done: number, total: number) => void): void {
  db.exec(`
    CREATE TEMP TABLE place (id TEXT PRIMARY KEY, ordinal INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO temp.place SELECT id, row_number() OVER (PARTITION BY sample_seq ORDER BY sequence, id)
      FROM main.sample_version WHERE sample_seq IN (SELECT seq FROM temp.touched);
    UPDATE main.sample_version SET ordinal = -1000000 - p.ordinal FROM temp.place p
      WHERE p.id = sample_version.id AND sample_version.ordinal <> p.ordinal;
    UPDATE main.sample_version SET ordinal = -1000000 - ordinal WHERE ordinal < -1000000;
  `);
  deriveStatuses(db);
  const seqs = integers(db, 'SELECT seq FROM temp.touched ORDER BY seq', {});
  const fresh = new Set(integers(db, 'SELECT final FROM temp.sample_map WHERE is_new', {}));
  for (const [index, seq] of seqs.entries()) {
    deriveWords(db, seq, fresh.has(seq));
    if (index % 500 === 0) onSample(index, seqs.length);
  }
  deriveFlags(db);
}

/** What was edited here or there has the flags of both: those of its words are found anew. */
function deriveFlags(db: Database): void {
  const edited = integers(
    db,
    `SELECT s.seq FROM sample s JOIN sample_version v ON v.id = s.current_version_id
     WHERE v.ordinal > 1 AND s.seq IN (SELECT final FROM temp.sample_map)`,
    {},
  );
  for (const seq of edited) {
    const current = get(db, currentRow, currentVersion, { seq });
    if (current) refreshFlags(db, seq, current.messages);
  }
}

/** The status that the last review left, in the order of (sequence, id) of the batches. */
export function deriveStatuses(db: Database): void {
  db.exec(`
    UPDATE main.sample AS s SET status = coalesce(
      (SELECT CASE r.action WHEN 'accept' THEN 'accepted' WHEN 'reject' THEN 'rejected'
         ELSE 'pending' END
       FROM main.review r JOIN main.review_batch b ON b.id = r.batch_id
       WHERE r.sample_seq = s.seq ORDER BY b.sequence DESC, b.id DESC LIMIT 1), 'pending')
    WHERE s.seq IN (SELECT seq FROM temp.touched);
  `);
}

const currentRow = z.object({ id: z.string(), messages: messagesColumn });
const knownRow = z.object({ versionId: z.string() });

const currentVersion = `SELECT id, messages_json AS messages FROM sample_version
  WHERE sample_seq = @seq ORDER BY ordinal DESC LIMIT 1`;
const currentOf = 'SELECT current_version_id AS versionId FROM sample WHERE seq = @seq';

function deriveWords(db: Database, seq: number, isNew: boolean): void {
  const current = get(db, currentRow, currentVersion, { seq });
  if (!current) return;
  const text = summary(current.messages);
  const known = isNew ? undefined : get(db, knownRow, currentOf, { seq });
  // Only a review came: the words, and so the index of them, are as they were.
  if (known?.versionId === current.id) return;
  run(
    db,
    `UPDATE sample SET current_version_id = @id, prompt_preview = @prompt,
       answer_preview = @answer, turns = @turns, characters = @characters WHERE seq = @seq`,
    { ...text, id: current.id, seq },
  );
  if (known) run(db, 'DELETE FROM sample_fts WHERE rowid = @seq', { seq });
  insertSearchText(db, seq, current.messages);
}
