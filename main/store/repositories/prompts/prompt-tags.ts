import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { promptWords } from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  promptTagSchema,
  tagEvidenceSchema,
  type PromptTag,
  type TagEvidence,
} from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { hashSchema, idSchema } from '../../../../shared/domain/stored-value.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import { messagesColumn, json } from '../../columns.ts';
import { textHash } from '../../content-hash.ts';
import { all, get, run, withTransaction, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

/** What a tag is kept under: the words of a prompt, whatever set they stand in. */
export const promptWordsHash = (messages: readonly Message[]): string =>
  textHash(promptWords(messages));

/** A tag that is set on the words of a prompt, or taken off them. */
export interface TagChange {
  wordsHash: string;
  tag: string;
  isOn: boolean;
  evidence?: TagEvidence | null;
}

/** Who or what changes tags. */
type Author = Pick<PromptTag, 'author' | 'authorKind'>;

/** Appends changes of tags as one batch and returns its id; `undoes` is the batch it takes back. */
export function addTagChanges(
  db: Database,
  changes: readonly TagChange[],
  { author, authorKind }: Author,
  undoes: string | null = null,
): string {
  const batchId = uuidv7();
  withTransaction(db, () => {
    const shared = { batchId, undoes, author, authorKind, createdMs: Date.now() };
    const sequence = nextSequence(db);
    for (const { evidence = null, isOn, ...change } of changes)
      run(
        db,
        `INSERT INTO prompt_tag (id, batch_id, undoes_batch_id, words_hash, tag, is_on,
           evidence_json, author, author_kind, created_ms, sequence)
         VALUES (@id, @batchId, @undoes, @wordsHash, @tag, @isOn, @evidence, @author, @authorKind,
           @createdMs, @sequence)`,
        {
          ...shared,
          ...change,
          id: uuidv7(),
          isOn: isOn ? 1 : 0,
          evidence: evidence && JSON.stringify(evidence),
          sequence,
        },
      );
  });
  return batchId;
}

const tagRow = promptTagSchema.extend({
  wordsHash: hashSchema,
  isOn: z.number().int(),
  evidence: json(tagEvidenceSchema).nullable(),
});

const columns = `words_hash AS wordsHash, tag, is_on AS isOn, evidence_json AS evidence, author,
  author_kind AS authorKind`;

/** The last word on each tag of the words of each prompt, those that were taken off too. */
function lastChanges(db: Database): z.infer<typeof tagRow>[] {
  return all(
    db,
    tagRow,
    `SELECT ${columns} FROM prompt_tag t WHERE id = (SELECT id FROM prompt_tag
       WHERE words_hash = t.words_hash AND tag = t.tag ORDER BY sequence DESC, id DESC LIMIT 1)
     ORDER BY tag`,
  );
}

/** The tags that stand, by the hash of the words that they are on; in the order of the alphabet. */
export function standingTags(db: Database): Map<string, PromptTag[]> {
  const tags = new Map<string, PromptTag[]>();
  for (const { wordsHash, isOn, ...tag } of lastChanges(db))
    if (isOn !== 0) tags.set(wordsHash, [...(tags.get(wordsHash) ?? []), tag]);
  return tags;
}

/** Words on which a person decided about a tag, either way. */
export function decidedByPeople(db: Database, tag: string): Set<string> {
  const decided = lastChanges(db).filter(
    (change) => change.tag === tag && change.authorKind === 'human',
  );
  return new Set(decided.map(({ wordsHash }) => wordsHash));
}

const batchRow = z.object({ batchId: idSchema });

/** Takes an author's last batch of changes back that still stands; returns how many tags changed. */
export function undoTagChanges(db: Database, author: string): number {
  return withTransaction(db, () => {
    const last = get(
      db,
      batchRow,
      `SELECT batch_id AS batchId FROM prompt_tag t WHERE author = @author
         AND undoes_batch_id IS NULL
         AND NOT EXISTS (SELECT 1 FROM prompt_tag u WHERE u.undoes_batch_id = t.batch_id)
       ORDER BY sequence DESC, id DESC LIMIT 1`,
      { author },
    );
    if (!last) return 0;
    const changes = changesBefore(db, last.batchId);
    addTagChanges(db, changes, { author, authorKind: 'human' }, last.batchId);
    return changes.length;
  });
}

const wordRow = z.object({ wordsHash: hashSchema, tag: z.string() });

/** What stood before a batch, of each tag whose last change is of that batch. */
function changesBefore(db: Database, batchId: string): TagChange[] {
  const changed = all(
    db,
    wordRow,
    `SELECT words_hash AS wordsHash, tag FROM prompt_tag t WHERE batch_id = @batchId
       AND id = (SELECT id FROM prompt_tag WHERE words_hash = t.words_hash AND tag = t.tag
         ORDER BY sequence DESC, id DESC LIMIT 1)`,
    { batchId },
  );
  return changed.map(({ wordsHash, tag }) => {
    const before = get(
      db,
      tagRow,
      `SELECT ${columns} FROM prompt_tag WHERE words_hash = @wordsHash AND tag = @tag
         AND batch_id <> @batchId ORDER BY sequence DESC, id DESC LIMIT 1`,
      { wordsHash, tag, batchId },
    );
    return {
      wordsHash,
      tag,
      isOn: before?.isOn === 1,
      evidence: before?.evidence ?? null,
    };
  });
}

const messagesRow = z.object({ messages: messagesColumn });
const hashes = new WeakMap<Database, Map<string, string[]>>();

/** The hashes of the words of a set's prompts in order; kept, since a set never changes. */
export function wordsHashesOf(db: Database, promptSetId: string): readonly string[] {
  const kept = hashes.get(db) ?? new Map<string, string[]>();
  hashes.set(db, kept);
  const known = kept.get(promptSetId);
  if (known) return known;
  const found = all(
    db,
    messagesRow,
    `SELECT messages_json AS messages FROM prompt WHERE prompt_set_id = @promptSetId
     ORDER BY ordinal`,
    { promptSetId },
  ).map(({ messages }) => promptWordsHash(messages));
  kept.set(promptSetId, found);
  return found;
}
