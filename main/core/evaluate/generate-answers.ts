import { freemem } from 'node:os';
import { turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import type { StoredComparison } from '../../store/repositories/comparisons.ts';
import type { StoredEvaluation } from '../../store/repositories/evaluations.ts';
import { findModel } from '../../store/repositories/models.ts';
import {
  findSystem,
  type StoredSystem,
  type WeightsSystem,
} from '../../store/repositories/systems.ts';
import type { MissingAnswer } from '../../store/repositories/generations.ts';
import { found } from '../base/app-error.ts';
import type { GuardedInference, GuardedSystem } from '../files/guarded-engines.ts';
import { askTurns } from '../models/ask-turns.ts';
import { systemFiles } from '../models/checkpoints.ts';
import { failMissingAnswers } from './answer-service.ts';
import { KnownAnswers } from './known-answers.ts';
import { castTies } from './tie-answers.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import { GenerationProgress } from './generation-progress.ts';
import { answerByEndpoints, endpointsOf } from './endpoint-answers.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { countedInTurns, storeTurn, talksOf } from './stored-turns.ts';

/** Answers that are wanted of several systems, and what of them is stored already. */
export interface WantedAnswers {
  systemIds: readonly string[];
  /** How many answers are made side by side. */
  parallel: number;
  /** Answers of all systems, those that failed too. */
  total: number;
  done: number;
  missingOf: (systemId: string) => readonly MissingAnswer[];
  /** Comparisons that ask one of these prompts: all of them without any. */
  comparisonsOn: (promptIds?: ReadonlySet<string>) => Iterable<StoredComparison>;
}

/** What imported answers lack is told before anybody waits for another system. */
export function failMissing(
  session: ProjectSession,
  evaluations: readonly StoredEvaluation[],
): void {
  for (const { id, systemAId, systemBId } of evaluations)
    for (const systemId of [systemAId, systemBId]) {
      const system = findSystem(session.file.db, systemId);
      if (system?.kind === 'answers') failMissingAnswers(session, id, system);
    }
}

/**
 * Makes every answer that is missing, each stored the moment it is there, and ties identical ones;
 * returns how many there are. All systems answer some prompts before the next ones.
 */
export async function makeAnswers(
  session: ProjectSession,
  wanted: WantedAnswers,
  context: JobContext,
): Promise<number> {
  const progress = new GenerationProgress(
    session,
    countedInTurns(session.file.db, wanted),
    context,
  );
  try {
    const { parallel } = wanted;
    const contestants = await contestantsOf(session, wanted, context.signal);
    const endpoints = endpointsOf(session, wanted);
    const all = [...contestants, ...endpoints];
    castTies(session.file.db, wanted.comparisonsOn());
    let round = 0;
    for (const only of batches(all, parallel)) {
      await allOf([
        answerHere(
          session,
          { contestants: inLoadingOrder(contestants, round++), parallel, only },
          progress,
        ),
        ...answerByEndpoints(session, { endpoints, parallel, only }, progress),
      ]);
      castTies(session.file.db, wanted.comparisonsOn(promptsOf(all, only)));
      context.signal.throwIfAborted();
    }
    return progress.done;
  } finally {
    // The next job needs the memory, however this one ended.
    await session.inference.release(['generate', 'generate-b']);
    session.changes.touch('evaluations', 'project');
  }
}

/** Waits for all of them, so that what one makes is kept when another fails. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works))
    if (result.status === 'rejected') throw result.reason;
}

/** Weights take turns, one system after the other. */
async function answerHere(
  session: ProjectSession,
  {
    contestants,
    parallel,
    only,
  }: { contestants: readonly GeneratingSystem[]; parallel: number; only: ReadonlySet<number> },
  progress: GenerationProgress,
): Promise<void> {
  for (const contestant of contestants)
    await answer(session, parallel, { ...contestant, only }, progress);
}

/** One of the systems whose weights answer, what it still has to answer, and the process that does it. */
interface GeneratingSystem {
  system: WeightsSystem;
  missing: readonly MissingAnswer[];
  known: KnownAnswers;
  /** Where its base lies; absent where it has answered everything. */
  basePath: string | undefined;
  /** Of a system that has answered everything nothing is needed any more. */
  engine: (() => { engine: GuardedInference; files: GuardedSystem }) | undefined;
}

const systemsOf = ({ file: { db } }: ProjectSession, ids: readonly string[]): WeightsSystem[] =>
  ids
    .map((id): StoredSystem => found(findSystem(db, id), 'system', id))
    .filter((system) => system.kind === 'weights');

/**
 * The systems that answer here. Where they stand on two bases that fit into memory at once, each base has a process
 * of its own; else, or where all stand on one base, which stays loaded, they take turns in one.
 */
async function contestantsOf(
  session: ProjectSession,
  wanted: WantedAnswers,
  signal: AbortSignal,
): Promise<GeneratingSystem[]> {
  const asked = systemsOf(session, wanted.systemIds).map(async (system) => {
    const missing = wanted.missingOf(system.id);
    const isNeeded = missing.length > 0;
    return {
      system,
      missing,
      // What is stored as a contestant was agreed on when it was set up.
      files: isNeeded && (await systemFiles(session, { ...system.spec, otherBase: true }, signal)),
    };
  });
  const all = await Promise.all(asked);
  const needed = all.flatMap(({ files }) => files || []);
  const bases = [...new Set(needed.map(({ basePath }) => basePath))];
  const isApart = bases.length === 2 && fitAtOnce(session, oneOfEachBase(all));
  return all.map(({ system, missing, files }) => {
    const slot = isApart && files && files.basePath === bases[1] ? 'generate-b' : 'generate';
    const reads =
      isApart && files ? needed.filter((one) => one.basePath === files.basePath) : needed;
    const engine = files && (() => ({ files, engine: session.inference.engine(slot, ...reads) }));
    const basePath = files ? files.basePath : undefined;
    const known = new KnownAnswers(session.file.db, system.id);
    return { system, missing, known, basePath, engine: engine || undefined };
  });
}

/**
 * Systems on one base answer one after the other, and each round begins with the base that the last
 * one ended with: so each is loaded once a round, and no time is lost between two of them.
 */
export function inLoadingOrder<System extends { basePath: string | undefined }>(
  systems: readonly System[],
  round: number,
): System[] {
  const bases = [...new Set(systems.map(({ basePath = '' }) => basePath))].toSorted();
  const sorted = bases.flatMap((base) => systems.filter(({ basePath = '' }) => basePath === base));
  return round % 2 === 0 ? sorted : sorted.toReversed();
}

/** A system for each base: the weights of two systems on one are in memory once. */
function oneOfEachBase(
  all: readonly { system: WeightsSystem; files: GuardedSystem | false }[],
): WeightsSystem[] {
  const byBase = new Map(all.map(({ system, files }) => [files && files.basePath, system]));
  byBase.delete(false);
  return [...byBase.values()];
}

/** Beside the weights: contexts, and what other programs need. */
const memoryShare = 0.6;

/** Whether the weights of these systems fit into the memory that is free now. */
function fitAtOnce({ file: { db } }: ProjectSession, systems: readonly WeightsSystem[]): boolean {
  const sizes = systems.map(({ spec }) => findModel(db, spec.modelId)?.info.fileSizeBytes);
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? Infinity), 0);
  return bytes < memoryShare * freemem();
}

/** A contestant with the prompts that it has not answered. */
type Lacking = Pick<GeneratingSystem, 'missing'>;

/** More answers side by side gain less than a person waits for the first pair. */
const mostAtFirst = 4;

/**
 * Places of prompts to be answered by all systems before the next ones: few at first, so that
 * voting begins soon, then ever more, so that models change and parallel answers wait seldom.
 */
function* batches(contestants: readonly Lacking[], parallel: number): Generator<Set<number>> {
  const missing = contestants.flatMap((contestant) => contestant.missing);
  const places = [...new Set(missing.map(({ place }) => place))].toSorted((p, q) => p - q);
  for (let start = 0, size = Math.min(parallel, mostAtFirst); start < places.length; size *= 2) {
    yield new Set(places.slice(start, start + size));
    start += size;
  }
}

async function answer(
  session: ProjectSession,
  parallel: number,
  { system, missing, known, engine, only }: GeneratingSystem & { only: ReadonlySet<number> },
  progress: GenerationProgress,
): Promise<void> {
  const copyKnown = (wanted: readonly MissingAnswer[]) =>
    known.copyKnown(wanted, (each) => progress.addAnswers(turnsOf(each.messages)));
  const lacking = copyKnown(missing.filter(({ place }) => only.has(place)));
  const items = known.toMake(lacking);
  const started = items.length > 0 && engine?.();
  if (!started) return;
  const { db } = session.file;
  const asked = new Map(items.map((item) => [item.promptId, item]));
  await askTurns(started.engine, talksOf(db, system.id, items), {
    system: started.files,
    sampling: system.sampling,
    parallel,
    signal: progress.context.signal,
    onRound: () => progress.nextRequest(),
    onTokens: (tokens) => progress.setTokens(tokens),
    onAnswer: (talk, answered, isLast) => {
      storeTurn(db, system.id, { talk, answered, isLast });
      progress.addAnswer();
      const answeredItem = asked.get(talk.key);
      if (isLast && answeredItem) known.add(answeredItem);
    },
  });
  copyKnown(lacking.filter((each) => !items.includes(each)));
}

const promptsOf = (contestants: readonly Lacking[], batch: ReadonlySet<number>): Set<string> =>
  new Set(
    contestants
      .flatMap(({ missing }) => missing)
      .filter(({ place }) => batch.has(place))
      .map(({ promptId }) => promptId),
  );
