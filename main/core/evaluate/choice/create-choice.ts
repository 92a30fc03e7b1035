import { defaultEpochs } from '../../../../shared/domain/runs/choice.ts';
import { samplingSchema, type SystemSpec } from '../../../../shared/domain/identity.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { listCheckpoints, type StoredCheckpoint } from '../../../store/repositories/checkpoints.ts';
import { findProbe } from '../../../store/repositories/probes.ts';
import { findPromptSet } from '../../../store/repositories/prompt-sets.ts';
import type { StoredRun } from '../../../store/repositories/runs.ts';
import { itemsOfStudy } from '../../../store/repositories/studies.ts';
import { isJudgedNameTaken } from '../../../store/repositories/judged-names.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { createStudy } from '../study/study-service.ts';
import { studyQueues } from '../study/study-state.ts';
import { runOf } from './choice-service.ts';
import { standingVotes, studiesOfRun } from './choice-votes.ts';
import { setOfProbe, takeProbeAnswers } from './probe-prompts.ts';
import { studyById } from '../evaluation-service.ts';

/** Which epochs of a run are compared, and how. */
export interface NewChoice {
  runId: string;
  epochs?: number[] | undefined;
  againstBase: boolean;
  promptSetId?: string | undefined;
  overlapPercent: number;
  seed: number;
}

/** What was set up, and how many of its answers are there already. */
export interface CreatedChoice {
  studyId: string;
  jobId: string;
  name: string;
  epochs: number[];
  reused: number;
  answers: number;
}

/** Side by side at most, as a probe is answered; what lacks is little. */
const parallel = 16;

/**
 * Stores a study of epochs of a run, each with each other or each with the base, whose queue asks
 * about the leaders first. What the probe of the run answered is taken over, and a pair of answers
 * that somebody voted on before is not asked again.
 */
export async function createChoice(
  state: CoreState,
  session: ProjectSession,
  input: NewChoice,
  signal?: AbortSignal,
): Promise<CreatedChoice> {
  const { db } = session.file;
  const run = runOf(session, input.runId);
  const checkpoints = chosenCheckpoints(run, listCheckpoints(db, run.id), input);
  const { promptSetId, promptIds, sampling } = promptsFor(session, run, input);
  const epochs = checkpoints.map(({ epoch }) => epoch);
  const asked = { modelId: run.modelId, strength: 1, ...chosenTemplate(run) };
  const base: SystemSpec = { ...asked, checkpointId: null };
  const own = checkpoints.map(({ id }): SystemSpec => ({ ...asked, checkpointId: id }));
  const systems = input.againstBase ? [base, ...own] : own;
  const voted = votedPairs(session, run);
  const { studyId, jobId } = await createStudy(
    state,
    session,
    {
      name: freeChoiceName(session, run.name),
      design: input.againstBase ? 'focus' : 'round-robin',
      systems,
      promptSetIds: [promptSetId],
      sampling,
      parallel,
      seed: input.seed,
      overlapPercent: input.overlapPercent,
      calibrationItems: 0,
      bothBad: false,
      pairing: 'leaders',
    },
    {
      signal,
      withAnswers: (systemIds) => {
        const answering = input.againstBase ? [0, ...epochs] : epochs;
        for (const [at, spec] of systems.entries())
          takeProbeAnswers(
            session,
            { runId: run.id, epoch: answering[at] ?? 0, promptIds: promptIds ?? [] },
            { systemId: systemIds[at] ?? '', spec },
          );
      },
      asks: (promptId, { systemAId, systemBId }) =>
        (promptIds?.includes(promptId) ?? true) &&
        !voted.has(pairKey(systemAId, systemBId, promptId)),
    },
  );
  const { answers } = studyQueues(session, studyById(session, studyId));
  return {
    studyId,
    jobId,
    name: found(session.jobs.get(jobId), 'job', jobId).title,
    epochs,
    reused: answers.done,
    answers: answers.total,
  };
}

/** The base is asked as the run trains: with a template of its own, where one was chosen. */
const chosenTemplate = ({ recipe: { chatTemplate } }: StoredRun) =>
  chatTemplate === '' ? {} : { chatTemplate };

function chosenCheckpoints(
  run: StoredRun,
  all: readonly StoredCheckpoint[],
  { epochs, againstBase }: NewChoice,
): StoredCheckpoint[] {
  const kept = all.filter(({ isDeleted }) => !isDeleted);
  const known = kept.map(({ epoch }) => epoch);
  const wanted = [...new Set(epochs ?? defaultEpochs(known))].toSorted((p, q) => p - q);
  const missing = wanted.filter((epoch) => !known.includes(epoch));
  if (missing.length > 0)
    throw new AppError(
      'NOT_FOUND',
      `Run “${run.name}” has no checkpoint of epoch ${missing.map(formatCount).join(', ')}. It has: ${known.map(formatCount).join(', ') || 'none'}.`,
      { what: 'checkpoint', id: run.id },
    );
  const least = againstBase ? 1 : 2;
  if (wanted.length < least)
    throw new AppError(
      'INVALID_STATE',
      `Run “${run.name}” has ${known.length === 1 ? 'one checkpoint' : 'no checkpoint'} to choose from: ${known.length === 1 ? 'compare it with its base instead' : 'wait for the end of an epoch'}.`,
      { id: run.id },
    );
  return kept.filter(({ epoch }) => wanted.includes(epoch));
}

function promptsFor(session: ProjectSession, run: StoredRun, { promptSetId }: NewChoice) {
  const { db } = session.file;
  const probe = findProbe(db, run.id);
  const sampling = probe?.sampling ?? samplingSchema.parse({});
  if (promptSetId !== undefined) {
    const { id } = found(findPromptSet(db, 'id', promptSetId), 'prompt set', promptSetId);
    return { promptSetId: id, promptIds: undefined, sampling };
  }
  if (!probe)
    throw new AppError(
      'INVALID_STATE',
      `Run “${run.name}” was trained without probe prompts, so no epoch has answers yet: name a prompt set that its epochs are to answer.`,
      { id: run.id },
    );
  const { set, promptIds } = setOfProbe(session, probe, run.name);
  return { promptSetId: set.id, promptIds, sampling };
}

const pairKey = (one: string, other: string, promptId: string) =>
  [...[one, other].toSorted(), promptId].join(' ');

/** Pairs of answers that somebody voted on in a study that is revealed: they are known by now. */
function votedPairs(session: ProjectSession, run: StoredRun): Set<string> {
  const { db } = session.file;
  return new Set(
    studiesOfRun(session, run)
      .filter(({ revealedMs }) => revealedMs !== null)
      .flatMap(({ id }) => {
        const items = new Map(itemsOfStudy(db, id).map((item) => [item.id, item]));
        return standingVotes(db, id).flatMap(({ comparisonId }) => {
          const item = items.get(comparisonId);
          return item ? [pairKey(item.systemAId, item.systemBId, item.promptId)] : [];
        });
      }),
  );
}

/** Tells the run, of which whoever votes knows anyway, and no epoch. */
function freeChoiceName({ file: { db } }: ProjectSession, runName: string): string {
  const stem = `Checkpoint of ${Array.from(runName).slice(0, 70).join('')}`;
  let name = stem;
  for (let number = 2; isJudgedNameTaken(db, name); number += 1) name = `${stem} (${number})`;
  return name;
}
