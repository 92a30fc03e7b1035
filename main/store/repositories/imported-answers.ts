import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { importedIdentitySchema, type ImportedIdentity } from '../../../shared/domain/identity.ts';
import {
  answerFinishSchema,
  type AnswersOfFile,
} from '../../../shared/domain/evaluate/evaluation.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { deleteSealedRows } from '../checksums/delete-sealed-rows.ts';
import { json } from '../columns.ts';
import { all, assembled, get, run, type Database } from '../database.ts';
import { insertGeneration } from './generations.ts';
import { turnsColumn } from './unfinished-dialogues.ts';
import { isLive } from './labels.ts';
import type { AnswersSystem } from './systems.ts';

/** A system whose answers will be imported; the caller checks that the name is free. */
export function insertAnswersSystem(db: Database, name: string): string {
  const id = uuidv7();
  // Its answers are its own: no other system is ever the same.
  const keyHash = createHash('sha256').update(`answers:${id}`).digest('hex');
  run(
    db,
    `INSERT INTO system (id, kind, name, strength, key_hash, created_ms)
     VALUES (@id, 'answers', @name, 0, @keyHash, @createdMs)`,
    { id, name, keyHash, createdMs: Date.now() },
  );
  return id;
}

const systemRow = z.object({
  kind: z.literal('answers'),
  id: idSchema,
  name: nameSchema,
  createdMs: momentSchema,
});

const selectSystems = `SELECT s.kind, s.id, s.name, s.created_ms AS createdMs FROM system s
  WHERE s.kind = 'answers' AND ${isLive('answers', 's.id')}`;

/** Imported answers by the name or id of their system, unless somebody deleted them. */
export function findAnswers(
  db: Database,
  by: 'id' | 'name',
  value: string,
): AnswersSystem | undefined {
  return get(db, systemRow, assembled(`${selectSystems} AND s.${by} = @value`), { value });
}

const setRow = z.object({ promptSetId: idSchema, answers: countSchema });
const originRow = z.object({ origin: json(importedIdentitySchema), answers: countSchema });
const mostOrigins = 20;

/** Imported answers as lists show them, by name: to which prompt sets they are, and from which files. */
export function listAnswers(db: Database): AnswersOfFile[] {
  return all(db, systemRow, assembled(`${selectSystems} ORDER BY s.name, s.id`), {}).map(
    ({ id, name, createdMs }) => {
      const sets = all(
        db,
        setRow,
        `SELECT p.prompt_set_id AS promptSetId, count(*) AS answers FROM generation g
         JOIN prompt p ON p.id = g.prompt_id WHERE g.system_id = @id AND g.finish <> 'failed'
         GROUP BY p.prompt_set_id ORDER BY min(g.id)`,
        { id },
      );
      const origins = all(
        db,
        originRow,
        `SELECT identity_json AS origin, count(*) AS answers FROM generation
         WHERE system_id = @id AND finish <> 'failed' GROUP BY identity_json
         ORDER BY min(id) LIMIT @mostOrigins`,
        { id, mostOrigins },
      ).map(({ origin, answers }) => ({ ...origin, answers }));
      const answers = sets.reduce((sum, set) => sum + set.answers, 0);
      return { id, name, answers, sets, origins, createdMs };
    },
  );
}

const answerRow = z.object({
  id: idSchema,
  promptId: idSchema,
  output: z.string(),
  finish: answerFinishSchema,
  /** The answers of a dialogue before the last one. */
  earlier: turnsColumn.nullable().transform((turns) => turns?.map(({ output }) => output)),
});

/** What a system has answered to the prompts of a set, by prompt; also what it could not. */
export function answersToSet(
  db: Database,
  systemId: string,
  promptSetId: string,
): Map<string, z.infer<typeof answerRow>> {
  const rows = all(
    db,
    answerRow,
    `SELECT g.id, g.prompt_id AS promptId, g.output, g.finish,
       g.turns_json AS earlier FROM generation g
     JOIN prompt p ON p.id = g.prompt_id
     WHERE g.system_id = @systemId AND p.prompt_set_id = @promptSetId`,
    { systemId, promptSetId },
  );
  return new Map(rows.map((row) => [row.promptId, row]));
}

/**
 * Stores an answer from a file. It takes the place of one that was missing when an evaluation
 * needed it, on which nobody could vote; any other answer to the prompt stays.
 */
export function insertImportedAnswer(
  db: Database,
  answer: {
    systemId: string;
    promptId: string;
    output: string;
    /** The answers of a dialogue before the last one. */
    earlier?: readonly string[];
    identity: ImportedIdentity;
  },
  missing: string | undefined,
): void {
  if (missing !== undefined)
    deleteSealedRows(db, 'generation', `t.id = '${idSchema.parse(missing)}'`);
  const { earlier = [], identity, ...said } = answer;
  const finish = 'stop';
  const turns = earlier.map((output) => ({ output, finish, identity, ...unmeasured }) as const);
  insertGeneration(db, {
    ...said,
    identity,
    finish,
    ...unmeasured,
    ...(turns.length > 0 && { earlier: turns }),
  });
}

/** Stores why there is no answer to a prompt: whoever imports it later takes that away. */
export function insertMissingAnswer(
  db: Database,
  answer: { systemId: string; promptId: string; reason: string },
): void {
  const { reason: output, ...ids } = answer;
  const identity = { importedFrom: '', fileSha256: '', generator: null, importedMs: Date.now() };
  insertGeneration(db, { ...ids, output, finish: 'failed', identity, ...unmeasured });
}

const unmeasured = { promptTokens: 0, outputTokens: 0, durationMs: 0 };
