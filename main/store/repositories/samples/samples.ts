import { z } from 'zod';
import type { Message } from '../../../../shared/domain/message.ts';
import {
  type Flag,
  type Provenance,
  type Sample,
  provenanceSchema,
  sampleSchema,
} from '../../../../shared/domain/sample.ts';
import { cutText } from '../../../../shared/text/foreign-text.ts';
import { get, run, withTransaction, type Database } from '../../database.ts';
import { changeSealedRow } from '../../checksums/seal-rows.ts';
import { json, messagesColumn } from '../../columns.ts';
import {
  besideOrigin,
  sampleContentHash,
  sampleOriginHash,
  sampleWordsHash,
} from '../../content-hash.ts';
import { flagsOf, insertFlags, refreshFlags } from './sample-flags.ts';
import { newId } from '../../new-id.ts';
import { nextSequence } from '../sequence.ts';

/** A sample about to be stored; `originHash` is what makes a second import add nothing. */
export interface NewSample {
  messages: Message[];
  source: string;
  provenance: Provenance;
  flags: Flag[];
  originHash: string;
}

const previewLength = 160;
const previewSource = 500;

const collapse = (text: string) => text.replaceAll(/[\s\0]+/g, ' ').trim();

function preview(messages: readonly Message[], role: 'user' | 'assistant'): string {
  const text = messages.find((message) => message.role === role)?.content ?? '';
  // What stands far behind the cut changes nothing, unless what comes before is mostly white space.
  const start = collapse(text.slice(0, previewSource));
  return cutText(start.length > 2 * previewLength ? start : collapse(text), previewLength);
}

/** What the list shows of a sample, from its words. */
export function summary(messages: readonly Message[]) {
  return {
    prompt: preview(messages, 'user'),
    answer: preview(messages, 'assistant'),
    turns: messages.filter((message) => message.role !== 'system').length,
    characters: messages.reduce((sum, message) => sum + message.content.length, 0),
  };
}

/** Makes a sample findable by its words; nothing of it may be in the index yet. */
export function insertSearchText(db: Database, seq: number, messages: readonly Message[]): void {
  run(db, 'INSERT INTO sample_fts (rowid, text) VALUES (@seq, @text)', {
    seq,
    text: messages.map((message) => message.content).join('\n\n'),
  });
}

const seqRow = z.object({ seq: z.number().int() });

/**
 * Stores a batch in one transaction and returns how many of them were new; of the others it tells
 * where they are.
 */
export function addSamples(
  db: Database,
  samples: readonly NewSample[],
  author: string,
  onKnown?: (place: KnownPlace) => void,
): number {
  return withTransaction(db, () => {
    const sequence = nextSequence(db);
    let added = 0;
    for (const sample of samples) {
      const { place, originHash } = settleOrigin(db, sample);
      if (place !== null) {
        onKnown?.(place);
        continue;
      }
      insertNew(db, { ...sample, originHash }, author, sequence);
      added += 1;
    }
    return added;
  });
}

/** Stores one sample and returns its id, or `undefined` when its origin is known already. */
export function insertSample(db: Database, sample: NewSample, author: string): string | undefined {
  return withTransaction(db, () => {
    const { place, originHash } = settleOrigin(db, sample);
    if (place !== null) return undefined;
    return insertNew(db, { ...sample, originHash }, author, nextSequence(db));
  });
}

/** Rows that share a sequence number stand in the order of their ids, so in that of their places. */
function insertNew(db: Database, sample: NewSample, author: string, sequence: number): string {
  const id = newId();
  const versionId = newId();
  const text = summary(sample.messages);
  run(
    db,
    `INSERT INTO sample (id, origin_hash, source, status, current_version_id, provenance_json,
       prompt_preview, answer_preview, turns, characters, created_ms, sequence)
     VALUES (@id, @originHash, @source, 'pending', @versionId, @provenance,
       @prompt, @answer, @turns, @characters, @createdMs, @sequence)`,
    {
      ...text,
      id,
      originHash: sample.originHash,
      source: sample.source,
      versionId,
      provenance: JSON.stringify(sample.provenance),
      createdMs: Date.now(),
      sequence,
    },
  );
  const seq = get(db, seqRow, 'SELECT last_insert_rowid() AS seq')?.seq ?? 0;
  const hash = sampleContentHash(sample.messages);
  const version = { id: versionId, ordinal: 1, hash, sequence };
  insertVersion(db, { seq, ...version, messages: sample.messages, author });
  insertSearchText(db, seq, sample.messages);
  insertFlags(db, seq, sample.flags);
  return id;
}

const placeRow = z.object({ place: z.enum(['listed', 'bin', 'deleted']).nullable() });
/** Where a sample is that cannot be added again; `deleted`: it was emptied out of the bin. */
export type KnownPlace = NonNullable<z.infer<typeof placeRow>['place']>;

/**
 * Where such a sample is, `null` for one that the project never had, and the hash to store it under.
 * Before weights and line ends were in that hash it was the one of the words alone, so that it says
 * less of samples from then.
 */
export function settleOrigin(
  db: Database,
  { originHash, messages }: Pick<NewSample, 'originHash' | 'messages'>,
): { place: KnownPlace | null; originHash: string } {
  const place = placeOfOrigin(db, originHash);
  if (messages.some(({ weight, content }) => weight === 0 || content.includes('\r'))) {
    if (place !== null) return { place, originHash };
    const wordsHash = sampleWordsHash(messages);
    const old = placeOfOrigin(db, wordsHash);
    const isSame =
      old === 'deleted' || sampleOriginHash(firstVersion(db, wordsHash)) === originHash;
    return { place: isSame ? old : null, originHash };
  }
  const isOther = place !== null && firstVersion(db, originHash).some(isUntrained);
  if (!isOther) return { place, originHash };
  const beside = besideOrigin(originHash);
  return { place: placeOfOrigin(db, beside), originHash: beside };
}

const isUntrained = ({ weight }: Message) => weight === 0;

const firstRow = z.object({ messages: messagesColumn });

/** What a sample was when it came, by the hash that it is stored under; empty for none. */
function firstVersion(db: Database, originHash: string): Message[] {
  const sql = `SELECT v.messages_json AS messages FROM sample s
    JOIN sample_version v ON v.sample_seq = s.seq AND v.ordinal = 1
    WHERE s.origin_hash = @originHash LIMIT 1`;
  return get(db, firstRow, sql, { originHash })?.messages ?? [];
}

/**
 * Where the sample of this origin is, `null` for one that the project never had. No join: SQLite
 * compiles one anew for each value that is looked for, which takes twenty times as long.
 */
export function placeOfOrigin(db: Database, originHash: string): KnownPlace | null {
  const sql = `SELECT CASE
    WHEN EXISTS (SELECT 1 FROM binned_sample
      WHERE sample_seq = (SELECT seq FROM sample WHERE origin_hash = @originHash)) THEN 'bin'
    WHEN EXISTS (SELECT 1 FROM sample WHERE origin_hash = @originHash) THEN 'listed'
    WHEN EXISTS (SELECT 1 FROM emptied_sample WHERE origin_hash = @originHash) THEN 'deleted'
    END AS place`;
  return get(db, placeRow, sql, { originHash })?.place ?? null;
}

interface NewVersion {
  seq: number;
  id: string;
  ordinal: number;
  messages: readonly Message[];
  hash: string;
  author: string;
  sequence: number;
}

function insertVersion(db: Database, version: NewVersion): void {
  run(
    db,
    `INSERT INTO sample_version (id, sample_seq, ordinal, messages_json, content_hash, author,
       created_ms, sequence)
     VALUES (@id, @seq, @ordinal, @messages, @hash, @author, @createdMs, @sequence)`,
    { ...version, messages: JSON.stringify(version.messages), createdMs: Date.now() },
  );
}

/**
 * Appends a version and makes it current; earlier ones stay for datasets that hold them. It was
 * made from the current version, or from `parents`, which no longer stand beside each other then.
 */
export function addVersion(
  db: Database,
  sample: Pick<Sample, 'seq' | 'versionId' | 'versionOrdinal'>,
  edit: { messages: Message[]; author: string },
  parents: readonly string[] = [sample.versionId],
): void {
  withTransaction(db, () => {
    const id = newId();
    const ordinal = sample.versionOrdinal + 1;
    const hash = sampleContentHash(edit.messages);
    const version = { seq: sample.seq, id, ordinal, hash, sequence: nextSequence(db) };
    insertVersion(db, { ...version, ...edit });
    for (const parentId of parents)
      run(db, `INSERT INTO sample_version_parent (version_id, parent_id) VALUES (@id, @parentId)`, {
        id,
        parentId,
      });
    changeSealedRow(db, 'sample', sample.seq, () =>
      run(
        db,
        `UPDATE sample SET current_version_id = @id, prompt_preview = @prompt,
         answer_preview = @answer, turns = @turns, characters = @characters WHERE seq = @seq`,
        { ...summary(edit.messages), id, seq: sample.seq },
      ),
    );
    run(db, 'DELETE FROM sample_fts WHERE rowid = @seq', { seq: sample.seq });
    insertSearchText(db, sample.seq, edit.messages);
    refreshFlags(db, sample.seq, edit.messages);
  });
}

const wholeSampleRow = sampleSchema.omit({ flags: true }).extend({
  messages: messagesColumn,
  provenance: json(provenanceSchema),
  isInBin: z.number().transform((is) => is === 1),
});

/** A whole sample in its current version. */
export function getSample(db: Database, id: string): Sample | undefined {
  const row = get(
    db,
    wholeSampleRow,
    `SELECT s.seq, s.id, s.current_version_id AS versionId, v.ordinal AS versionOrdinal, s.status,
       s.source, v.messages_json AS messages, s.provenance_json AS provenance,
       s.created_ms AS createdMs,
       EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq) AS "isInBin"
     FROM sample s JOIN sample_version v ON v.id = s.current_version_id WHERE s.id = @id`,
    { id },
  );
  return row && { ...row, flags: flagsOf(db, row.seq) };
}
