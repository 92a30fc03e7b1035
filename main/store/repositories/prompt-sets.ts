import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../../../shared/domain/message.ts';
import type { Prompt, PromptSet } from '../../../shared/domain/prompt-set.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { parseMessages } from '../json-column.ts';

/** A prompt about to be stored. */
export interface NewPrompt {
  messages: Message[];
  expected?: string | undefined;
}

interface SetColumns {
  id: string;
  name: string;
  content_hash: string;
  created_ms: number;
  prompts: number;
}

const setQuery = `SELECT s.*, (SELECT count(*) FROM prompt WHERE prompt_set_id = s.id) AS prompts
  FROM prompt_set s`;

const toSet = (row: SetColumns): PromptSet => ({
  id: row.id,
  name: row.name,
  contentHash: row.content_hash,
  prompts: row.prompts,
  createdMs: row.created_ms,
});

/** SHA-256 over roles, texts and expected answers in order: equal files give equal hashes. */
export function hashPrompts(prompts: readonly NewPrompt[]): string {
  const hash = createHash('sha256');
  for (const { messages, expected } of prompts) {
    const texts = messages.map((message) => [message.role, message.content]);
    hash.update(`${JSON.stringify(expected === undefined ? texts : [texts, expected])}\n`);
  }
  return hash.digest('hex');
}

/** Stores a frozen prompt set and returns its id; the caller checks that the name is free. */
export function insertPromptSet(db: Database, name: string, prompts: readonly NewPrompt[]): string {
  const contentHash = hashPrompts(prompts);
  return withTransaction(db, () => {
    const id = uuidv7();
    run(
      db,
      'INSERT INTO prompt_set (id, name, content_hash, created_ms) VALUES (?, ?, ?, ?)',
      id,
      name,
      contentHash,
      Date.now(),
    );
    prompts.forEach((prompt, ordinal) =>
      run(
        db,
        `INSERT INTO prompt (id, prompt_set_id, ordinal, messages_json, expected)
         VALUES (?, ?, ?, ?, ?)`,
        uuidv7(),
        id,
        ordinal,
        JSON.stringify(prompt.messages),
        prompt.expected ?? null,
      ),
    );
    return id;
  });
}

/** Every prompt set, newest first. */
export function listPromptSets(db: Database): PromptSet[] {
  return all<SetColumns>(db, `${setQuery} ORDER BY s.id DESC`).map(toSet);
}

/** A prompt set by id, name or content; of several with the same content any one. */
export function findPromptSet(
  db: Database,
  by: 'id' | 'name' | 'content_hash',
  value: string,
): PromptSet | undefined {
  const row = get<SetColumns>(db, `${setQuery} WHERE s.${by} = ?`, value);
  return row && toSet(row);
}

/** The first prompts of a set in order. */
export function promptsOf(db: Database, setId: string, limit: number): Prompt[] {
  return all<{ id: string; ordinal: number; messages_json: string; expected: string | null }>(
    db,
    `SELECT id, ordinal, messages_json, expected FROM prompt WHERE prompt_set_id = ?
     ORDER BY ordinal LIMIT ?`,
    setId,
    limit,
  ).map(({ messages_json: json, ...prompt }) => ({
    ...prompt,
    messages: parseMessages(json),
  }));
}
