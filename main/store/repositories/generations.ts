import { v7 as uuidv7 } from 'uuid';
import { type Identity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, run, type Database } from '../database.ts';
import { parseMessages } from '../json-column.ts';

/** A prompt that still lacks an answer of a system. */
export interface MissingGeneration {
  promptId: string;
  ordinal: number;
  messages: Message[];
}

/** Prompts of an evaluation that a system has not answered yet, in order. */
export function missingGenerations(
  db: Database,
  evaluationId: string,
  systemId: string,
): MissingGeneration[] {
  return all<{ prompt_id: string; ordinal: number; messages_json: string }>(
    db,
    `SELECT p.id AS prompt_id, p.ordinal, p.messages_json FROM comparison c
     JOIN prompt p ON p.id = c.prompt_id
     WHERE c.evaluation_id = ? AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = p.id AND g.system_id = ?)
     ORDER BY c.ordinal`,
    evaluationId,
    systemId,
  ).map((row) => ({
    promptId: row.prompt_id,
    ordinal: row.ordinal,
    messages: parseMessages(row.messages_json),
  }));
}

/** A complete answer to a prompt of a set. */
export interface NewGeneration {
  systemId: string;
  promptId: string;
  output: string;
  finish: 'stop' | 'length';
  promptTokens: number;
  outputTokens: number;
  durationMs: number;
  identity: Identity;
}

/** Stores an answer; a second one of the same system to the same prompt changes nothing. */
export function insertGeneration(db: Database, generation: NewGeneration): void {
  run(
    db,
    `INSERT INTO generation (id, system_id, prompt_id, output, finish, prompt_tokens, output_tokens,
       duration_ms, identity_json, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (system_id, prompt_id) DO NOTHING`,
    uuidv7(),
    generation.systemId,
    generation.promptId,
    generation.output,
    generation.finish,
    generation.promptTokens,
    generation.outputTokens,
    generation.durationMs,
    JSON.stringify(generation.identity),
    Date.now(),
  );
}
