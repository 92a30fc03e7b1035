import { z } from 'zod';
import { messagesColumn } from '../../columns.ts';
import { all, type Database } from '../../database.ts';

const conflictRow = z.object({
  seq: z.number().int(),
  sampleId: z.string(),
  prompt: z.string(),
  authors: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
});

/** A sample that was edited apart, in words that differ. */
export interface EditConflict {
  seq: number;
  sampleId: string;
  prompt: string;
  /** Who wrote the edits that stand beside each other. */
  authors: string[];
}

// Few samples are edited and fewer from one version twice: only those are looked at.
const isHead = `NOT EXISTS (SELECT 1 FROM sample_version_parent c WHERE c.parent_id = v.id)`;
const editedTwice = `SELECT p.sample_seq FROM sample_version_parent e
  JOIN sample_version p ON p.id = e.parent_id GROUP BY e.parent_id HAVING count(*) > 1`;

/** Samples whose edits stand beside each other until somebody chooses, by their place in the list. */
export function findEditConflicts(db: Database): EditConflict[] {
  return all(
    db,
    conflictRow,
    `SELECT s.seq, s.id AS sampleId, s.prompt_preview AS prompt,
       json_group_array(DISTINCT v.author) AS authors
     FROM sample s JOIN sample_version v ON v.sample_seq = s.seq
     WHERE s.seq IN (${editedTwice}) AND ${isHead}
       AND NOT EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq)
     GROUP BY s.seq HAVING count(DISTINCT v.content_hash) > 1 ORDER BY s.seq`,
  );
}

const headRow = z.object({
  versionId: z.string(),
  ordinal: z.number().int(),
  author: z.string(),
  createdMs: z.number().int(),
  messages: messagesColumn,
});

/** A version that no other one was made from. */
export type HeadVersion = z.infer<typeof headRow>;

/** The versions of a sample that no other one was made from, oldest first. */
export function headVersions(db: Database, seq: number): HeadVersion[] {
  return all(
    db,
    headRow,
    `SELECT v.id AS versionId, v.ordinal, v.author, v.created_ms AS createdMs,
       v.messages_json AS messages
     FROM sample_version v WHERE v.sample_seq = @seq AND ${isHead} ORDER BY v.ordinal`,
    { seq },
  );
}
