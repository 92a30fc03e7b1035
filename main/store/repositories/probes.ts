import { z } from 'zod';
import { identitySchema, samplingSchema, type Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import {
  probeAnswerSchema,
  type Probe,
  type ProbeAnswer,
} from '../../../shared/domain/runs/probe.ts';
import { countSchema, epochSchema, nameSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, run, type Database } from '../database.ts';
import { json, messagesColumn } from '../columns.ts';
import { passesOf } from './checkpoints.ts';

/** Prompts a new run is probed with. */
export interface NewProbe {
  name: string;
  sampling: Sampling;
  prompts: readonly Message[][];
}

/** Stores the probe of a run that was just inserted. */
export function insertProbe(db: Database, runId: string, probe: NewProbe): void {
  const { name, sampling, prompts } = probe;
  run(db, 'INSERT INTO run_probe (run_id, name, sampling_json) VALUES (@runId, @name, @sampling)', {
    runId,
    name,
    sampling: JSON.stringify(sampling),
  });
  for (const [ordinal, messages] of prompts.entries())
    run(
      db,
      `INSERT INTO probe_prompt (run_id, ordinal, messages_json)
       VALUES (@runId, @ordinal, @messages)`,
      { runId, ordinal, messages: JSON.stringify(messages) },
    );
}

/** Stores an answer; one that a resumed run gives again replaces the one before. */
export function insertProbeAnswer(db: Database, runId: string, answer: ProbeAnswer): void {
  run(
    db,
    `INSERT OR REPLACE INTO probe_answer (run_id, epoch, ordinal, output, finish, prompt_tokens,
       output_tokens, duration_ms, identity_json, created_ms)
     VALUES (@runId, @epoch, @ordinal, @output, @finish, @promptTokens,
       @outputTokens, @durationMs, @identity, @createdMs)`,
    {
      ...answer,
      epoch: Math.ceil(answer.epoch),
      runId,
      identity: JSON.stringify(answer.identity),
      createdMs: Date.now(),
    },
  );
}

const probeRow = z.object({ name: nameSchema, sampling: json(samplingSchema) });

/** What a run is asked, without the answers; `undefined` for a run without a probe. */
export function findProbe(
  db: Database,
  runId: string,
): Omit<Probe, 'epochs' | 'answers'> | undefined {
  const row = get(
    db,
    probeRow,
    'SELECT name, sampling_json AS sampling FROM run_probe WHERE run_id = @runId',
    { runId },
  );
  return row && { ...row, prompts: probePrompts(db, runId) };
}

/** An epoch as its checkpoint has it: answers are stored by how many were begun. */
const answeredEpoch = `coalesce((SELECT ${passesOf('c')} FROM checkpoint c
    WHERE c.run_id = a.run_id AND c.epoch = a.epoch), a.epoch)`;

const epochRow = z.object({ epoch: epochSchema, answers: countSchema });

/** How many answers there are of each epoch that has any. */
export function answersByEpoch(db: Database, runId: string): { epoch: number; answers: number }[] {
  return all(
    db,
    epochRow,
    `SELECT ${answeredEpoch} AS epoch, count(*) AS answers FROM probe_answer a
     WHERE a.run_id = @runId GROUP BY a.epoch ORDER BY a.epoch`,
    { runId },
  );
}

const promptRow = z.object({ ordinal: countSchema, messages: messagesColumn });

function probePrompts(db: Database, runId: string): Probe['prompts'] {
  return all(
    db,
    promptRow,
    `SELECT ordinal, messages_json AS messages FROM probe_prompt WHERE run_id = @runId
     ORDER BY ordinal`,
    { runId },
  );
}

const answerRow = probeAnswerSchema.extend({ identity: json(identitySchema) });

/** The answers of these epochs, by epoch and prompt. */
export function probeAnswers(
  db: Database,
  runId: string,
  epochs: readonly number[],
): ProbeAnswer[] {
  return all(
    db,
    answerRow,
    `SELECT ${answeredEpoch} AS epoch, ordinal, output, finish, prompt_tokens AS promptTokens,
       output_tokens AS outputTokens, duration_ms AS durationMs, identity_json AS identity
     FROM probe_answer a WHERE a.run_id = @runId
       AND a.epoch IN (SELECT value FROM json_each(@epochs)) ORDER BY a.epoch, ordinal`,
    { runId, epochs: JSON.stringify(epochs.map(Math.ceil)) },
  );
}
