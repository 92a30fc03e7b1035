import { v7 as uuidv7 } from 'uuid';
import { sideOf } from '../../../shared/domain/evaluate/evaluation.ts';
import {
  askedBySystems,
  insertEvaluation,
  setEvaluationJob,
  unusedSeed,
} from '../../store/repositories/evaluations.ts';
import { isJudgedNameTaken } from '../../store/repositories/judged-names.ts';
import { findPromptSet } from '../../store/repositories/prompt-sets.ts';
import { findSystem } from '../../store/repositories/systems.ts';
import { AppError, found } from '../base/app-error.ts';
import { systemFiles } from '../models/checkpoints.ts';
import type { CoreState } from '../project/core-state.ts';
import { requireLive } from '../project/live-things.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { requireAnswers } from './answer-service.ts';
import { choosePrompts, evaluationById } from './evaluation-service.ts';

/**
 * Stores a further evaluation of the same two systems, on prompts that they were not compared on,
 * and queues its answers. It is blind by itself; the votes that were revealed stay as they are.
 */
export async function extendEvaluation(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; prompts: number; promptSetId?: string | undefined },
  signal?: AbortSignal,
): Promise<{ evaluationId: string; jobId: string; prompts: number }> {
  const { db } = session.file;
  const { systemAId, systemBId } = evaluationById(session, input.id);
  const systems = [systemAId, systemBId].map((id) => found(findSystem(db, id), 'system', id));
  for (const system of systems)
    if (system.kind === 'weights') await systemFiles(session, system.spec, signal);
    else if (system.kind === 'endpoint') session.network.require(system.spec.endpoint.baseUrl);
  const { id: from, revealedMs, parallel, ...evaluation } = evaluationById(session, input.id);
  if (revealedMs === null)
    throw new AppError(
      'INVALID_STATE',
      `“${evaluation.name}” is still blind: vote on its pairs and reveal it before it is extended`,
      { id: from },
    );
  const promptSetId = input.promptSetId ?? evaluation.promptSetId;
  const set = found(findPromptSet(db, 'id', promptSetId), 'prompt set', promptSetId);
  requireLive(db, { thing: 'prompt-set', id: promptSetId }, 'prompt set');
  const seed = unusedSeed(db, evaluation.seed);
  const asked = askedBySystems(db, evaluation);
  const promptIds = choosePrompts(session, set, { seed, prompts: input.prompts, asked });
  if (promptIds.length === 0)
    throw new AppError(
      'INVALID_STATE',
      `These systems were compared on every prompt of “${set.name}” already: choose another prompt set, or import one`,
      { id: promptSetId },
    );
  for (const { kind, id: answersId } of systems)
    if (kind === 'answers') requireAnswers(session, answersId, { set, promptIds });
  const id = uuidv7();
  const name = freeExtensionName(session, evaluation.name);
  const newJob = { kind: 'generate', title: name, subjectId: id } as const;
  const job = session.jobs.start({ ...newJob, payload: { evaluationId: id } }, (jobId) => {
    const { bothBad } = evaluation;
    const stored = { id, name, promptSetId, systemAId, systemBId, seed, parallel, bothBad };
    const sides = promptIds.map((_, ordinal) => sideOf(seed, ordinal));
    insertEvaluation(db, { ...stored, author: state.settings.author }, promptIds, sides);
    setEvaluationJob(db, id, jobId);
  });
  session.changes.touch('evaluations', 'project');
  return { evaluationId: id, jobId: job.id, prompts: promptIds.length };
}

const longestStem = 80;

function freeExtensionName({ file: { db } }: ProjectSession, name: string): string {
  const whole = name.replace(/, extended(?: \d+)?$/, '');
  const stem = `${Array.from(whole).slice(0, longestStem).join('')}, extended`;
  let candidate = stem;
  for (let number = 2; isJudgedNameTaken(db, candidate); number += 1)
    candidate = `${stem} ${number}`;
  return candidate;
}
