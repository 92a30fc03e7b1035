import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import { promptKey } from '../../../shared/domain/evaluate/answer-seed.ts';
import { endpointName } from '../../../shared/domain/endpoint.ts';
import {
  resolveVerdict,
  sideOf,
  type PromptSet,
} from '../../../shared/domain/evaluate/evaluation.ts';
import {
  hasImportedAnswers,
  isEndpointSystem,
  type Contestant,
  type Sampling,
} from '../../../shared/domain/identity.ts';
import { wholeSteps } from '../../../shared/domain/evaluate/separation.ts';
import { countVerdicts, moreVotesToSeparate } from '../../../shared/stats/preference-summary.ts';
import { systemName } from '../../../shared/text/model-names.ts';
import type { Database } from '../../store/database.ts';
import { ownRevealsOf } from '../../store/repositories/own-reveals.ts';
import { shownByPeople } from '../../store/repositories/votes.ts';
import { comparisonCounts, failedAnswers } from '../../store/repositories/comparisons.ts';
import {
  findEvaluation,
  insertEvaluation,
  listEvaluations,
  setEvaluationJob,
  setRevealed,
  type StoredEvaluation,
  unusedSeed,
} from '../../store/repositories/evaluations.ts';
import {
  findSystem,
  upsertEndpointSystem,
  upsertSystem,
} from '../../store/repositories/systems.ts';
import { findModel, modelNameOf } from '../../store/repositories/models.ts';
import { findStudy, type StoredStudy } from '../../store/repositories/studies.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { AppError, found } from '../base/app-error.ts';
import { baseName } from '../../store/repositories/given-names.ts';
import { answersById, requireAnswers } from './answer-service.ts';
import { requireFreeJudgedName } from './judged-name.ts';
import { chosenTemplateSha256, fewShotSha256, systemFiles } from '../models/checkpoints.ts';
import { usableModel } from '../models/model-service.ts';
import { requireTemplate } from '../models/template-trial.ts';
import type { CoreState } from '../project/core-state.ts';
import { requireLive } from '../project/live-things.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { findCheckpoint } from '../../store/repositories/checkpoints.ts';

/** What a new evaluation compares. */
export interface NewEvaluation {
  name: string;
  promptSetId: string;
  a: Contestant;
  b: Contestant;
  sampling: Sampling;
  prompts?: number | undefined;
  parallel: number;
  seed: number;
  bothBad: boolean;
}

/** Stores an evaluation and queues the generation of both systems' answers. */
export async function createEvaluation(
  state: CoreState,
  session: ProjectSession,
  input: NewEvaluation,
  signal?: AbortSignal,
): Promise<{ evaluationId: string; jobId: string }> {
  const { db } = session.file;
  const [storeA, storeB] = [
    await usableContestant(session, input.a, signal),
    await usableContestant(session, input.b, signal),
  ];
  const { name, promptSetId, parallel, sampling, bothBad } = input;
  requireFreeJudgedName(db, name);
  const set = found(findPromptSet(db, 'id', promptSetId), 'prompt set', promptSetId);
  requireLive(db, { thing: 'prompt-set', id: promptSetId }, 'prompt set');
  const promptIds = choosePrompts(session, set, input);
  for (const contestant of [input.a, input.b])
    if (hasImportedAnswers(contestant))
      requireAnswers(session, contestant.answersId, { set, promptIds });
  const id = uuidv7();
  const payload = { evaluationId: id };
  const newJob = { kind: 'generate', title: name, subjectId: id, payload } as const;
  const job = session.jobs.start(newJob, (jobId) => {
    const [systemAId, systemBId] = [storeA(sampling), storeB(sampling)];
    if (systemAId === systemBId)
      throw new AppError('INVALID_INPUT', 'Both systems are the same: choose two different ones');
    const seed = unusedSeed(db, input.seed);
    const stored = { id, name, promptSetId, systemAId, systemBId, seed, parallel, bothBad };
    const sides = promptIds.map((_, ordinal) => sideOf(seed, ordinal));
    insertEvaluation(db, { ...stored, author: state.settings.author }, promptIds, sides);
    setEvaluationJob(db, id, jobId);
  });
  session.changes.touch('evaluations', 'project');
  return { evaluationId: id, jobId: job.id };
}

/** What stores a system once its files, its template and its answers were found to be usable. */
export async function usableContestant(
  session: ProjectSession,
  contestant: Contestant,
  signal?: AbortSignal,
): Promise<(sampling: Sampling) => string> {
  if (hasImportedAnswers(contestant)) {
    const { id } = answersById(session, contestant.answersId);
    return () => id;
  }
  if (isEndpointSystem(contestant)) {
    const { endpoint, ...rest } = contestant;
    const baseUrl = session.network.require(endpoint.baseUrl);
    const stored = { ...rest, endpoint: { ...endpoint, baseUrl } };
    return (sampling) => upsertEndpointSystem(session.file.db, stored, sampling);
  }
  const files = await systemFiles(session, contestant, signal);
  const { modelId, chatTemplate = '' } = contestant;
  if (chatTemplate !== '')
    await requireTemplate(await usableModel(session, modelId, signal), chatTemplate, signal);
  return (sampling) => upsertSystem(session.file.db, contestant, sampling, files);
}

/**
 * All prompts in order but for those that were `asked`, or as many as wanted, chosen by the seed
 * and kept in order.
 */
export function choosePrompts(
  session: ProjectSession,
  set: PromptSet,
  input: Pick<NewEvaluation, 'prompts' | 'seed'> & { asked?: ReadonlySet<string> },
): string[] {
  const prompts = frozenPromptsOf(session.file.db, set).filter(
    ({ messages }) => !input.asked?.has(promptKey(messages)),
  );
  if (input.prompts === undefined || input.prompts >= prompts.length)
    return prompts.map((prompt) => prompt.id);
  const rank = (ordinal: number) =>
    createHash('sha256').update(`${input.seed}:${ordinal}`).digest('hex');
  return prompts
    .toSorted((p, q) => (rank(p.ordinal) < rank(q.ordinal) ? -1 : 1))
    .slice(0, input.prompts)
    .toSorted((p, q) => p.ordinal - q.ordinal)
    .map((prompt) => prompt.id);
}

/** How a stored system is called; its files need not be there any more. */
export function storedSystemName(session: ProjectSession, systemId: string): string {
  const { db } = session.file;
  const system = found(findSystem(db, systemId), 'system', systemId);
  if (system.kind === 'answers') return baseName(system);
  if (system.kind === 'endpoint') {
    const { endpoint, fewShot: examples } = system.spec;
    const asked = { strength: 0, fewShotSha256: examples && fewShotSha256(examples) };
    return systemName(endpointName(endpoint), null, asked);
  }
  const { spec } = system;
  const model = findModel(db, spec.modelId);
  const base = model ? modelNameOf(db, model) : 'unknown model';
  const checkpoint = spec.checkpointId === null ? undefined : findCheckpoint(db, spec.checkpointId);
  const templateSha256 = chosenTemplateSha256(spec);
  const { strength, fewShot } = spec;
  return systemName(base, checkpoint ?? null, {
    strength,
    templateSha256,
    fewShotSha256: fewShot && fewShotSha256(fewShot),
  });
}

/** Two systems whose names are the same are told apart: statistics go by the name. */
export function distinctNames(
  session: ProjectSession,
  ids: readonly string[],
): Map<string, string> {
  const names = new Map<string, string>();
  for (const id of ids) {
    const first = storedSystemName(session, id);
    let name = first;
    for (let number = 2; [...names.values()].includes(name); number += 1)
      name = `${first} (${number})`;
    names.set(id, name);
  }
  return names;
}

function toSummary(session: ProjectSession, evaluation: StoredEvaluation): EvaluationSummary {
  const { db } = session.file;
  const isRevealed = evaluation.revealedMs !== null;
  const counts = comparisonCounts(db, evaluation.id);
  return {
    id: evaluation.id,
    name: evaluation.name,
    promptSetName: findPromptSet(db, 'id', evaluation.promptSetId)?.name ?? '',
    systemA: isRevealed ? storedSystemName(session, evaluation.systemAId) : null,
    systemB: isRevealed ? storedSystemName(session, evaluation.systemBId) : null,
    ...counts,
    failures: counts.failed > 0 ? toldFailures(session, evaluation) : [],
    isRevealed,
    bothBad: evaluation.bothBad,
    separation: isRevealed ? null : separationOf(db, evaluation.id),
    sawOwnResults: ownRevealsOf(db, { kind: 'evaluation', id: evaluation.id }),
    studyId: isRevealed ? evaluation.studyId : null,
    jobId: evaluation.jobId,
    createdMs: evaluation.createdMs,
  };
}

/** How far the votes of people separate the two systems, by whole steps of votes. */
function separationOf(db: Database, evaluationId: string): EvaluationSummary['separation'] {
  const votes = shownByPeople(db, evaluationId);
  const counted = wholeSteps(votes.length);
  if (counted === 0) return null;
  const verdicts = votes
    .slice(0, counted)
    .map(({ shown, leftSide }) => resolveVerdict(shown, leftSide));
  return { votes: counted, moreVotes: moreVotesToSeparate(countVerdicts(verdicts)) };
}

const mostFailures = 20;

/** While it is blind, two systems that fail for one reason are one line, and none is named. */
function toldFailures(
  { file: { db } }: ProjectSession,
  { id, revealedMs }: StoredEvaluation,
): EvaluationSummary['failures'] {
  const failures = failedAnswers(db, id, 2 * mostFailures);
  if (revealedMs !== null) return failures.slice(0, mostFailures);
  const told = new Map(
    failures.map((failure) => [JSON.stringify([failure.ordinal, failure.reason]), failure]),
  );
  return [...told.values()].slice(0, mostFailures).map((failure) => ({ ...failure, system: null }));
}

/** Every evaluation but those of studies that are blind, newest first. */
export const evaluations = (session: ProjectSession): EvaluationSummary[] =>
  listEvaluations(session.file.db)
    .filter(({ studyId, revealedMs }) => studyId === null || revealedMs !== null)
    .map((evaluation) => toSummary(session, evaluation));

/** The stored evaluation, or NOT_FOUND. */
export const evaluationById = (session: ProjectSession, id: string): StoredEvaluation =>
  found(findEvaluation(session.file.db, 'id', id), 'evaluation', id);

/** The stored study, or NOT_FOUND. */
export const studyById = (session: ProjectSession, id: string): StoredStudy =>
  found(findStudy(session.file.db, 'id', id), 'study', id);

/** An evaluation that belongs to no study that is still blind: such a one is known to nobody. */
export function requireAlone(session: ProjectSession, id: string): StoredEvaluation {
  const evaluation = evaluationById(session, id);
  if (evaluation.studyId !== null && evaluation.revealedMs === null)
    throw new AppError(
      'INVALID_STATE',
      'This evaluation belongs to a study that is blind: vote on the study, and reveal it',
      { evaluationId: id },
    );
  return evaluation;
}

/** One evaluation as the window shows it. */
export const evaluationSummary = (session: ProjectSession, id: string): EvaluationSummary =>
  toSummary(session, evaluationById(session, id));

/** Ends the blind phase for good. */
export function reveal(session: ProjectSession, id: string): EvaluationSummary {
  const evaluation = requireAlone(session, id);
  setRevealed(session.file.db, evaluation.id);
  session.changes.touch('evaluations');
  return evaluationSummary(session, id);
}
