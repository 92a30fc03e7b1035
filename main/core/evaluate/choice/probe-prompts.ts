import { promptKey } from '../../../../shared/domain/evaluate/answer-seed.ts';
import type { PromptSet } from '../../../../shared/domain/evaluate/evaluation.ts';
import type { SystemSpec } from '../../../../shared/domain/identity.ts';
import type { Probe } from '../../../../shared/domain/runs/probe.ts';
import { insertGeneration } from '../../../store/repositories/generations.ts';
import { probeAnswers } from '../../../store/repositories/probes.ts';
import {
  findPromptSet,
  insertPromptSet,
  listPromptSets,
  promptsOf,
} from '../../../store/repositories/prompt-sets.ts';
import { found } from '../../base/app-error.ts';
import { expectedOf } from '../../models/checkpoints.ts';
import type { ProjectSession } from '../../project/project-session.ts';

/** The prompts of a probe as prompts of a set, in the order of the probe. */
export interface ProbePrompts {
  set: PromptSet;
  promptIds: string[];
}

/** A set that begins with the prompts of a probe; stored where the project has none by now. */
export function setOfProbe(
  session: ProjectSession,
  { name, prompts }: Pick<Probe, 'name' | 'prompts'>,
  runName: string,
): ProbePrompts {
  const { db } = session.file;
  const wanted = prompts.map(({ messages }) => promptKey(messages));
  const sets = listPromptSets(db).toSorted(
    (p, q) => Number(q.name === name) - Number(p.name === name),
  );
  for (const set of sets) {
    const first = promptsOf(db, set.id, wanted.length);
    if (first.length < wanted.length) continue;
    if (first.every(({ messages }, at) => promptKey(messages) === wanted[at]))
      return { set, promptIds: first.map(({ id }) => id) };
  }
  const id = insertPromptSet(
    db,
    freeSetName(session, `Probe of ${Array.from(runName).slice(0, 80).join('')}`),
    prompts.map(({ messages }) => ({ messages })),
  );
  session.changes.touch('evaluations', 'project');
  const set = found(findPromptSet(db, 'id', id), 'prompt set', id);
  return { set, promptIds: promptsOf(db, id, wanted.length).map((prompt) => prompt.id) };
}

function freeSetName({ file: { db } }: ProjectSession, wanted: string): string {
  let name = wanted;
  for (let number = 2; findPromptSet(db, 'name', name); number += 1) name = `${wanted} (${number})`;
  return name;
}

/**
 * Stores the answers that an epoch gave to its probe as those of its system. An answer of other
 * weights, as a run that was gone on with elsewhere leaves them, is made again instead.
 */
export function takeProbeAnswers(
  session: ProjectSession,
  { runId, epoch, promptIds }: { runId: string; epoch: number; promptIds: readonly string[] },
  { systemId, spec }: { systemId: string; spec: SystemSpec },
): void {
  const { db } = session.file;
  const { baseSha256, adapterSha256 } = expectedOf(session, spec);
  for (const { ordinal, epoch: _, ...answer } of probeAnswers(db, runId, [epoch])) {
    const promptId = promptIds[ordinal];
    const { identity } = answer;
    if (promptId === undefined) continue;
    if (identity.baseSha256 !== baseSha256 || identity.adapterSha256 !== adapterSha256) continue;
    insertGeneration(db, { ...answer, systemId, promptId });
  }
}
