import { v7 as uuidv7 } from 'uuid';
import type { StudySummary } from '../../../../shared/contract/studies.ts';
import {
  resolveVerdict,
  sideOf,
  type PromptSet,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  hasImportedAnswers,
  type Contestant,
  type Sampling,
} from '../../../../shared/domain/identity.ts';
import {
  studyPairs,
  type StudyDesign,
  type StudyPairing,
} from '../../../../shared/domain/study/study.ts';
import { wholeSteps } from '../../../../shared/domain/evaluate/separation.ts';
import { countVerdicts, moreVotesToSeparate } from '../../../../shared/stats/preference-summary.ts';
import { findComparison } from '../../../store/repositories/comparisons.ts';
import {
  evaluationsOfStudy,
  insertEvaluation,
  setEvaluationJob,
  unusedSeed,
  type StoredEvaluation,
} from '../../../store/repositories/evaluations.ts';
import { findPromptSet } from '../../../store/repositories/prompt-sets.ts';
import {
  insertStudy,
  listStudies,
  setStudyRevealed,
  type StoredStudy,
} from '../../../store/repositories/studies.ts';
import { withTransaction } from '../../../store/database.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import { requireLive } from '../../project/live-things.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { ownRevealsOf } from '../../../store/repositories/own-reveals.ts';
import { isJudgedNameTaken } from '../../../store/repositories/judged-names.ts';
import { requireAnswers } from '../answer-service.ts';
import { requireFreeJudgedName } from '../judged-name.ts';
import {
  choosePrompts,
  storedSystemName,
  studyById,
  usableContestant,
} from '../evaluation-service.ts';
import { leadersOf } from './leading-pairs.ts';
import type { StudyQueues } from './study-queue.ts';
import { studyQueues } from './study-state.ts';

/** What a new study compares; `systems` has the focus first where there is one. */
export interface NewStudy {
  name: string;
  design: StudyDesign;
  systems: Contestant[];
  promptSetIds: string[];
  sampling: Sampling;
  prompts?: number | undefined;
  parallel: number;
  seed: number;
  overlapPercent: number;
  calibrationItems: number;
  bothBad: boolean;
  pairing?: StudyPairing | undefined;
}

/** What the systems of a new study bring along; both are called with their ids, in one transaction. */
export interface StudyParts {
  /** Stores answers that are known already. */
  withAnswers?: (systemIds: readonly string[]) => void;
  /** True of a prompt that is asked of a pair. */
  asks?: (promptId: string, pair: { systemAId: string; systemBId: string }) => boolean;
}

/** Stores a study with an evaluation for each pair and prompt set, and queues all its answers. */
export async function createStudy(
  state: CoreState,
  session: ProjectSession,
  input: NewStudy,
  { signal, ...parts }: StudyParts & { signal?: AbortSignal | undefined } = {},
): Promise<{ studyId: string; jobId: string }> {
  const { db } = session.file;
  const stores: ((sampling: Sampling) => string)[] = [];
  for (const system of input.systems) stores.push(await usableContestant(session, system, signal));
  requireFreeJudgedName(db, input.name);
  const sets = [...new Set(input.promptSetIds)].map((id) => {
    const set = found(findPromptSet(db, 'id', id), 'prompt set', id);
    requireLive(db, { thing: 'prompt-set', id }, 'prompt set');
    return { set, promptIds: choosePrompts(session, set, input) };
  });
  for (const contestant of input.systems)
    for (const asked of sets)
      if (hasImportedAnswers(contestant)) requireAnswers(session, contestant.answersId, asked);
  const id = uuidv7();
  const { name } = input;
  const newJob = { kind: 'study', title: name, subjectId: id, payload: { studyId: id } } as const;
  const job = session.jobs.start(newJob, (jobId) => {
    const systemIds = stores.map((store) => store(input.sampling));
    const repeated = systemIds.findIndex((systemId, at) => systemIds.indexOf(systemId) !== at);
    if (repeated !== -1)
      throw new AppError(
        'INVALID_INPUT',
        `System ${repeated + 1} of the study is the same as system ${systemIds.indexOf(systemIds[repeated] ?? '') + 1}: name each system once`,
      );
    const { author } = state.settings;
    parts.withAnswers?.(systemIds);
    storeStudy(session, { ...input, id, jobId, author }, { systemIds, sets, ...parts });
  });
  session.changes.touch('evaluations', 'project');
  return { studyId: id, jobId: job.id };
}

function storeStudy(
  { file: { db } }: ProjectSession,
  study: NewStudy & { id: string; jobId: string; author: string },
  {
    systemIds,
    sets,
    asks = () => true,
  }: {
    systemIds: readonly string[];
    sets: readonly { set: PromptSet; promptIds: string[] }[];
  } & StudyParts,
): void {
  const { id: studyId, seed, parallel, author, jobId } = study;
  const focusSystemId = study.design === 'focus' ? (systemIds[0] ?? null) : null;
  const pairs = sets.flatMap((one) =>
    studyPairs(study.design, systemIds.length).map(([a, b]) => {
      const pair = { systemAId: systemIds[a] ?? '', systemBId: systemIds[b] ?? '' };
      return { ...one, ...pair, promptIds: one.promptIds.filter((id) => asks(id, pair)) };
    }),
  );
  if (pairs.every(({ promptIds }) => promptIds.length === 0))
    throw new AppError(
      'INVALID_STATE',
      'Every one of these pairs has been voted on: choose other systems, or another prompt set',
      { id: studyId },
    );
  const ids = mixedIds(pairs.reduce((sum, { promptIds }) => sum + promptIds.length, 0));
  withTransaction(db, () => {
    insertStudy(db, { ...study, focusSystemId });
    for (const [at, { set, promptIds, systemAId, systemBId }] of pairs.entries()) {
      const id = uuidv7();
      // One each: the sides of one pair must not tell those of another.
      const own = unusedSeed(db, seed);
      const name = pairName(db, study.name, at + 1);
      const systems = { promptSetId: set.id, systemAId, systemBId };
      insertEvaluation(
        db,
        { id, name, ...systems, seed: own, parallel, author, bothBad: study.bothBad },
        promptIds,
        promptIds.map((_, ordinal) => sideOf(own, ordinal)),
        { studyId, comparisonIds: ids.splice(0, promptIds.length) },
      );
      setEvaluationJob(db, id, jobId);
    }
  });
}

/** Ids in the order of no pair: those that were made one after the other would stand together. */
function mixedIds(count: number): string[] {
  const ids = Array.from({ length: count }, () => uuidv7());
  for (let last = count - 1; last > 0; last -= 1) {
    const chosen = Math.floor(Math.random() * (last + 1));
    [ids[last], ids[chosen]] = [ids[chosen] ?? '', ids[last] ?? ''];
  }
  return ids;
}

const longestStem = 80;

/** Tells no system; free also where somebody renamed an evaluation so. */
function pairName(db: ProjectSession['file']['db'], study: string, number: number): string {
  const stem = `${Array.from(study).slice(0, longestStem).join('')}, pair ${number}`;
  let name = stem;
  for (let other = 2; isJudgedNameTaken(db, name); other += 1) name = `${stem} (${other})`;
  return name;
}

/** The systems of a study, the focus first where there is one. */
export const systemIdsOf = (evaluations: readonly StoredEvaluation[]): string[] => [
  ...new Set([
    ...evaluations.map(({ systemAId }) => systemAId),
    ...evaluations.map(({ systemBId }) => systemBId),
  ]),
];

const mostFailures = 20;

/** One study as a shell shows it to this person. */
export function studySummary(
  author: string,
  session: ProjectSession,
  study: StoredStudy,
): StudySummary {
  const { db } = session.file;
  const evaluations = evaluationsOfStudy(db, study.id);
  const systemIds = systemIdsOf(evaluations);
  const queues = studyQueues(session, study);
  const { ready, voted, unvoted } = queues.counts();
  const isRevealed = study.revealedMs !== null;
  const setIds = new Set(evaluations.map(({ promptSetId }) => promptSetId));
  const setNames = new Map([...setIds].map((id) => [id, findPromptSet(db, 'id', id)?.name ?? '']));
  const isForLeaders = study.pairing === 'leaders';
  const failed = queues.failed(author);
  return {
    id: study.id,
    name: study.name,
    design: study.design,
    promptSetNames: [...setNames.values()],
    systemNames: isRevealed ? systemIds.map((id) => storedSystemName(session, id)) : null,
    systems: systemIds.length,
    pairs: studyPairs(study.design, systemIds.length).length,
    comparisons: queues.items.length,
    answered: queues.answers.done,
    answers: queues.answers.total,
    readyPairs: ready,
    failed: failed.length,
    failures: failed.slice(0, mostFailures).map(({ id, ordinal }) => ({
      ordinal,
      reason: findComparison(db, id)?.failures[0]?.reason ?? '',
    })),
    voted,
    queue: queues.queueOf(author),
    overlapPercent: study.overlapPercent,
    calibrationItems: study.calibrationItems,
    annotators: queues.annotators(),
    unvoted,
    bothBad: study.bothBad,
    sawOwnResults: ownRevealsOf(db, { kind: 'study', id: study.id }),
    separation: isRevealed || isForLeaders ? null : separationOf(queues),
    leaders: isRevealed || !isForLeaders ? null : leadersOf(queues),
    evaluations: isRevealed
      ? evaluations.map(({ id, systemAId, systemBId, promptSetId }) => ({
          id,
          systemA: storedSystemName(session, systemAId),
          systemB: storedSystemName(session, systemBId),
          promptSetName: setNames.get(promptSetId) ?? '',
        }))
      : [],
    isRevealed,
    jobId: study.jobId,
    createdMs: study.createdMs,
  };
}

/** How far the votes separate the pairs, by whole steps of votes and over all pairs together. */
export function separationOf(queues: StudyQueues): StudySummary['separation'] {
  const counted = wholeSteps(queues.countOfPeople);
  if (counted === 0) return null;
  // Of what was counted nothing changes until a further step is full, or a vote is changed.
  const key = `${counted}:${queues.changes}`;
  const known = separations.get(queues);
  if (known?.key === key) return known.separation;
  const separation = separationBy(queues, counted);
  separations.set(queues, { key, separation });
  return separation;
}

const separations = new WeakMap<
  StudyQueues,
  { key: string; separation: StudySummary['separation'] }
>();

function separationBy(queues: StudyQueues, counted: number): StudySummary['separation'] {
  const verdicts = queues.votesOfPeople(counted).map(({ item, shown }) => ({
    pair: item.systemPair,
    verdict: resolveVerdict(shown, item.leftSide),
  }));
  const pairs = Map.groupBy(verdicts, ({ pair }) => pair);
  const all = new Set(queues.items.map(({ systemPair }) => systemPair));
  const needed = [...all].map((pair) =>
    moreVotesToSeparate(countVerdicts((pairs.get(pair) ?? []).map(({ verdict }) => verdict))),
  );
  return {
    votes: counted,
    separated: needed.filter((more) => more === 0).length,
    moreVotes: needed.some((more) => more === null)
      ? null
      : needed.reduce<number>((sum, more) => sum + (more ?? 0), 0),
  };
}

/** Every study, newest first. */
export const studies = (state: CoreState, session: ProjectSession): StudySummary[] =>
  listStudies(session.file.db).map((study) => studySummary(state.settings.author, session, study));

/** Ends the blind phase of a study and all its evaluations for good. */
export function revealStudy(state: CoreState, session: ProjectSession, id: string): StudySummary {
  setStudyRevealed(session.file.db, studyById(session, id).id);
  session.changes.touch('evaluations');
  return studySummary(state.settings.author, session, studyById(session, id));
}
