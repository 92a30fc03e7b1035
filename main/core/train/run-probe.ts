import {
  builtInProbePrompts,
  mostProbePrompts,
  type Probe,
  type probeInputSchema,
} from '../../../shared/domain/probe.ts';
import type { z } from 'zod';
import { findProbe, type NewProbe } from '../../store/repositories/probes.ts';
import { findPromptSet, promptsOf } from '../../store/repositories/prompt-sets.ts';
import { findRun } from '../../store/repositories/runs.ts';
import { found } from '../base/app-error.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** What a new run will be asked: the first prompts of a set, or the built-in few. */
export function newProbe(
  session: ProjectSession,
  { promptSetId, sampling }: z.output<typeof probeInputSchema>,
): NewProbe {
  if (promptSetId === null) {
    const prompts = builtInProbePrompts.map((content) => [{ role: 'user' as const, content }]);
    return { name: 'built-in', sampling, prompts };
  }
  const { db } = session.file;
  const set = found(findPromptSet(db, 'id', promptSetId), 'prompt set', promptSetId);
  const prompts = promptsOf(db, set.id, mostProbePrompts).map(({ messages }) => messages);
  return { name: set.name, sampling, prompts };
}

/** The probe of a run with its answers so far; NOT_FOUND for an unknown run. */
export function probeOf(session: ProjectSession, runId: string): Probe | null {
  const run = found(findRun(session.file.db, 'id', runId), 'run', runId);
  return findProbe(session.file.db, run.id) ?? null;
}
