import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../../../shared/domain/message.ts';
import {
  promptSchema,
  promptSetSchema,
  type Prompt,
  type PromptSet,
} from '../../../shared/domain/evaluate/evaluation.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { messagesColumn } from '../columns.ts';
import { changedSinceFrozen } from '../content-hash.ts';
import { isLive, keepApart } from './labels.ts';
import { nextSequence } from './sequence.ts';

/** A prompt about to be stored. */
export interface NewPrompt {
  messages: Message[];
  expected?: string | undefined;
  license?: string | undefined;
  source?: string | undefined;
}

/** SHA-256 over roles, texts and expected answers in order: equal files give equal hashes. */
export function hashPrompts(prompts: readonly NewPrompt[]): string {
  const hash = createHash('sha256');
  for (const prompt of prompts) hash.update(canonical(prompt));
  return hash.digest('hex');
}

function canonical({ messages, expected }: NewPrompt): string {
  const texts = messages.map((message) => [message.role, message.content]);
  return `${JSON.stringify(expected === undefined ? texts : [texts, expected])}\n`;
}

/**
 * Stores a frozen prompt set and returns its id; the caller checks that the name is free. `versionOf`
 * is the set that it takes the place of, if there is one.
 */
export function insertPromptSet(
  db: Database,
  name: string,
  prompts: readonly NewPrompt[],
  versionOf: string | null = null,
): string {
  const contentHash = hashPrompts(prompts);
  return withTransaction(db, () => {
    const promptSetId = uuidv7();
    run(
      db,
      `INSERT INTO prompt_set (id, name, content_hash, version_of, created_ms, sequence)
       VALUES (@promptSetId, @name, @contentHash, @versionOf, @createdMs, @sequence)`,
      {
        promptSetId,
        name,
        contentHash,
        versionOf,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    );
    keepApart(db, { thing: 'prompt-set', id: promptSetId }, { table: 'prompt_set', name });
    for (const [ordinal, prompt] of prompts.entries())
      insertPrompt(db, promptSetId, ordinal, prompt);
    return promptSetId;
  });
}

function insertPrompt(
  db: Database,
  promptSetId: string,
  ordinal: number,
  { messages, expected, license = '', source = '' }: NewPrompt,
): void {
  run(
    db,
    `INSERT INTO prompt (id, prompt_set_id, ordinal, messages_json, expected, license, source)
     VALUES (@id, @promptSetId, @ordinal, @messages, @expected, @license, @source)`,
    {
      id: uuidv7(),
      promptSetId,
      ordinal,
      messages: JSON.stringify(messages),
      expected: expected ?? null,
      license,
      source,
    },
  );
}

/** SQL that is true of a prompt set of which no newer version stands. */
const isNewest = `NOT EXISTS (SELECT 1 FROM prompt_set n
  WHERE n.version_of = prompt_set.id AND ${isLive('prompt-set', 'n.id')})`;

/** SQL that is true of the prompt sets that lists and names mean. */
const isListed = `${isLive('prompt-set', 'prompt_set.id')} AND ${isNewest}`;

const selectSets = `SELECT id, name, content_hash AS contentHash, created_ms AS createdMs,
    (SELECT count(*) FROM prompt WHERE prompt_set_id = prompt_set.id) AS prompts,
    (SELECT count(*) FROM prompt WHERE prompt_set_id = prompt_set.id
       AND messages_json ->> '$[#-1].role' = 'user'
       AND messages_json ->> '$[#-2].role' = 'user') AS dialogues
  FROM prompt_set`;

/** Every prompt set that nobody deleted, in its newest version, newest first. */
export function listPromptSets(db: Database): PromptSet[] {
  const sql = assembled(`${selectSets} WHERE ${isListed} ORDER BY sequence DESC, id DESC`);
  return all(db, promptSetSchema, sql, {});
}

/**
 * A prompt set by id, name or content; of several with the same content any one. By id also an
 * earlier version, and one that was deleted and whose evaluations still need it.
 */
export function findPromptSet(
  db: Database,
  by: 'id' | 'name' | 'content_hash',
  value: string,
): PromptSet | undefined {
  const live = by === 'id' ? '' : ` AND ${isListed}`;
  return get(db, promptSetSchema, assembled(`${selectSets} WHERE ${by} = @value${live}`), {
    value,
  });
}

const promptRow = promptSchema.extend({ messages: messagesColumn });

/** The first prompts of a set in order. */
export function promptsOf(db: Database, promptSetId: string, limit: number): Prompt[] {
  return all(
    db,
    promptRow,
    `SELECT id, ordinal, messages_json AS messages, expected, license, source FROM prompt
     WHERE prompt_set_id = @promptSetId ORDER BY ordinal LIMIT @limit`,
    { promptSetId, limit },
  );
}

const chunkPrompts = 1000;

/**
 * The first prompts of a set in order, after all of it was compared with its hash: for whatever
 * passes that hash on. Throws PROJECT_INVALID when the set is not what was frozen.
 */
export function frozenPromptsOf(db: Database, set: PromptSet, limit = Infinity): Prompt[] {
  const hash = createHash('sha256');
  const kept: Prompt[] = [];
  for (let after = -1; ;) {
    const chunk = all(
      db,
      promptRow,
      `SELECT id, ordinal, messages_json AS messages, expected, license, source FROM prompt
       WHERE prompt_set_id = @promptSetId AND ordinal > @after ORDER BY ordinal LIMIT @chunkPrompts`,
      { promptSetId: set.id, after, chunkPrompts },
    );
    for (const prompt of chunk) {
      hash.update(canonical({ ...prompt, expected: prompt.expected ?? undefined }));
      if (kept.length < limit) kept.push(prompt);
    }
    after = chunk.at(-1)?.ordinal ?? after;
    if (chunk.length < chunkPrompts) break;
  }
  const found = hash.digest('hex');
  if (found !== set.contentHash) throw changedSinceFrozen('prompt set', set, found);
  return kept;
}
