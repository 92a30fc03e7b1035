import { identitySchema, samplingSchema, type Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { Probe, ProbeAnswer } from '../../../shared/domain/probe.ts';
import { all, get, run, type Database } from '../database.ts';
import { parseColumn, parseMessages } from '../json-column.ts';

/** Prompts a new run is probed with. */
export interface NewProbe {
  name: string;
  sampling: Sampling;
  prompts: readonly Message[][];
}

/** Stores the probe of a run that was just inserted. */
export function insertProbe(db: Database, runId: string, probe: NewProbe): void {
  const { name, sampling, prompts } = probe;
  run(
    db,
    'INSERT INTO run_probe (run_id, name, sampling_json) VALUES (?, ?, ?)',
    runId,
    name,
    JSON.stringify(sampling),
  );
  for (const [ordinal, messages] of prompts.entries())
    run(
      db,
      'INSERT INTO probe_prompt (run_id, ordinal, messages_json) VALUES (?, ?, ?)',
      runId,
      ordinal,
      JSON.stringify(messages),
    );
}

/** Stores an answer; one that a resumed run gives again replaces the one before. */
export function insertProbeAnswer(db: Database, runId: string, answer: ProbeAnswer): void {
  run(
    db,
    `INSERT OR REPLACE INTO probe_answer (run_id, epoch, ordinal, output, finish, prompt_tokens,
       output_tokens, duration_ms, identity_json, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    runId,
    answer.epoch,
    answer.ordinal,
    answer.output,
    answer.finish,
    answer.promptTokens,
    answer.outputTokens,
    answer.durationMs,
    JSON.stringify(answer.identity),
    Date.now(),
  );
}

/** The probe of a run with its answers by epoch and prompt; `undefined` for a run without one. */
export function findProbe(db: Database, runId: string): Probe | undefined {
  const row = get<{ name: string; sampling_json: string }>(
    db,
    'SELECT name, sampling_json FROM run_probe WHERE run_id = ?',
    runId,
  );
  return (
    row && {
      name: row.name,
      sampling: parseColumn(samplingSchema, row.sampling_json),
      prompts: probePrompts(db, runId),
      answers: probeAnswers(db, runId),
    }
  );
}

function probePrompts(db: Database, runId: string): Probe['prompts'] {
  return all<{ ordinal: number; messages_json: string }>(
    db,
    'SELECT ordinal, messages_json FROM probe_prompt WHERE run_id = ? ORDER BY ordinal',
    runId,
  ).map(({ ordinal, messages_json: json }) => ({ ordinal, messages: parseMessages(json) }));
}

function probeAnswers(db: Database, runId: string): ProbeAnswer[] {
  return all<Omit<ProbeAnswer, 'identity'> & { identityJson: string }>(
    db,
    `SELECT epoch, ordinal, output, finish, prompt_tokens AS promptTokens,
       output_tokens AS outputTokens, duration_ms AS durationMs, identity_json AS identityJson
     FROM probe_answer WHERE run_id = ? ORDER BY epoch, ordinal`,
    runId,
  ).map(({ identityJson, ...answer }) => ({
    ...answer,
    identity: parseColumn(identitySchema, identityJson),
  }));
}
