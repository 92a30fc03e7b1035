import { freemem } from 'node:os';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import { sameAnswer } from '../../../shared/template/thinking.ts';
import { identicalAnswersAuthor } from '../../../shared/domain/evaluation.ts';
import { withTransaction, type Database } from '../../store/database.ts';
import {
  comparisonCounts,
  comparisonsOf,
  findComparison,
  type StoredComparison,
} from '../../store/repositories/comparisons.ts';
import { findEvaluation, type StoredEvaluation } from '../../store/repositories/evaluations.ts';
import { insertVote, verdictOf } from '../../store/repositories/votes.ts';
import { findModel } from '../../store/repositories/models.ts';
import { findSystem, type WeightsSystem } from '../../store/repositories/systems.ts';
import {
  insertGeneration,
  missingGenerations,
  type MissingGeneration,
} from '../../store/repositories/generations.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';
import type { GuardedInference, GuardedSystem } from '../files/guarded-engines.ts';
import { systemFiles } from '../models/checkpoints.ts';
import { failMissingAnswers } from './answer-service.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** Generates what an evaluation lacks; every answer is stored the moment it is there. */
export function generateJob(session: ProjectSession): JobHandler<'generate'> {
  return {
    kind: 'generate',
    resource: 'accelerator',
    execute: async ({ evaluationId }, context) => {
      const { db } = session.file;
      const evaluation = found(findEvaluation(db, 'id', evaluationId), 'evaluation', evaluationId);
      const setId = evaluation.promptSetId;
      frozenPromptsOf(db, found(findPromptSet(db, 'id', setId), 'prompt set', setId), 0);
      failMissing(session, evaluation);
      const progress = new GenerationProgress(session, evaluation, context);
      try {
        const contestants = await contestantsOf(session, evaluation, context.signal);
        castTies(session, comparisonsOf(db, evaluationId));
        for (const batch of batches(contestants, evaluation.parallel)) {
          for (const contestant of contestants)
            await answer(session, evaluation, { ...contestant, only: batch }, progress);
          castTies(session, itemsOf(session, contestants, batch));
          context.signal.throwIfAborted();
        }
        return { evaluationId, answers: progress.done };
      } finally {
        // The next job needs the memory, however this one ended.
        await session.inference.release(['generate', 'generate-b']);
        session.changes.touch('evaluations', 'project');
      }
    },
  };
}

/** What imported answers lack is told before anybody waits for the other system. */
function failMissing(session: ProjectSession, evaluation: StoredEvaluation): void {
  for (const systemId of [evaluation.systemAId, evaluation.systemBId]) {
    const system = findSystem(session.file.db, systemId);
    if (system?.kind === 'answers') failMissingAnswers(session, evaluation.id, system);
  }
}

class GenerationProgress {
  readonly context: JobContext;
  readonly #session: ProjectSession;
  readonly #total: number;
  #done: number;
  #tokens = 0;
  #tokensBefore = 0;
  readonly #startMs = Date.now();

  constructor(session: ProjectSession, evaluation: StoredEvaluation, context: JobContext) {
    this.#session = session;
    this.context = context;
    const counts = comparisonCounts(session.file.db, evaluation.id);
    this.#total = counts.comparisons * 2;
    this.#done = counts.generatedA + counts.generatedB;
    this.#report();
  }

  get done(): number {
    return this.#done;
  }

  /** Begins another request, whose tokens are counted from 0 again. */
  nextRequest(): void {
    this.#tokensBefore += this.#tokens;
    this.#tokens = 0;
  }

  /** `tokens` is the sum of the current request so far. */
  setTokens(tokens: number): void {
    this.#tokens = tokens;
    this.#report();
  }

  addAnswer(): void {
    this.#done += 1;
    this.#report();
    this.#session.changes.touch('evaluations');
  }

  #report(): void {
    const seconds = (Date.now() - this.#startMs) / 1000;
    const rate =
      seconds > 1 ? `${((this.#tokensBefore + this.#tokens) / seconds).toFixed(1)} tokens/s` : '';
    const counts = { done: this.#done, total: this.#total, unit: 'answers' };
    this.context.report({ phase: 'generating', ...counts, detail: rate });
  }
}

/** One of the systems whose weights answer, what it still has to answer, and the process that does it. */
interface GeneratingSystem {
  system: WeightsSystem;
  missing: readonly MissingGeneration[];
  /** Of a system that has answered everything nothing is needed any more. */
  engine: (() => { engine: GuardedInference; files: GuardedSystem }) | undefined;
}

/**
 * The systems that answer here. Each has a process of its own where both models fit into memory at once; else, or
 * where they stand on one base, which stays loaded, they take turns in one.
 */
async function contestantsOf(
  session: ProjectSession,
  evaluation: StoredEvaluation,
  signal: AbortSignal,
): Promise<GeneratingSystem[]> {
  const { db } = session.file;
  const systems = [evaluation.systemAId, evaluation.systemBId]
    .map((systemId) => found(findSystem(db, systemId), 'system', systemId))
    .filter((system) => system.kind === 'weights');
  const asked = systems.map(async (system) => {
    const systemId = system.id;
    const missing = missingGenerations(session.file.db, evaluation.id, systemId);
    const isNeeded = missing.length > 0;
    return {
      system,
      missing,
      // What is stored as a contestant was agreed on when the evaluation was made.
      files: isNeeded && (await systemFiles(session, { ...system.spec, otherBase: true }, signal)),
    };
  });
  const both = await Promise.all(asked);
  const needed = both.flatMap(({ files }) => files || []);
  const isApart =
    new Set(needed.map(({ basePath }) => basePath)).size > 1 &&
    fitAtOnce(
      session,
      both.map(({ system }) => system),
    );
  return both.map(({ system, missing, files }, index) => {
    const slot = isApart && index === 1 ? 'generate-b' : 'generate';
    const reads = isApart && files ? [files] : needed;
    const engine = files && (() => ({ files, engine: session.inference.engine(slot, ...reads) }));
    return { system, missing, engine: engine || undefined };
  });
}

/** Beside the weights: contexts, and what other programs need. */
const memoryShare = 0.6;

/** Whether the weights of all systems fit into the memory that is free now. */
function fitAtOnce({ file: { db } }: ProjectSession, systems: readonly WeightsSystem[]): boolean {
  const sizes = systems.map(({ spec }) => findModel(db, spec.modelId)?.info.fileSizeBytes);
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? Infinity), 0);
  return bytes < memoryShare * freemem();
}

/** More answers side by side gain less than a person waits for the first pair. */
const mostAtFirst = 4;

/**
 * Places of comparisons to be answered by both systems before the next ones: few at first, so that
 * voting begins soon, then ever more, so that models change and parallel answers wait seldom.
 */
function* batches(
  contestants: readonly GeneratingSystem[],
  parallel: number,
): Generator<Set<number>> {
  const missing = contestants.flatMap((contestant) => contestant.missing);
  const places = [...new Set(missing.map(({ place }) => place))].toSorted((p, q) => p - q);
  for (let start = 0, size = Math.min(parallel, mostAtFirst); start < places.length; size *= 2) {
    yield new Set(places.slice(start, start + size));
    start += size;
  }
}

async function answer(
  session: ProjectSession,
  evaluation: StoredEvaluation,
  { system, missing, engine, only }: GeneratingSystem & { only: ReadonlySet<number> },
  progress: GenerationProgress,
): Promise<void> {
  const items = missing.filter(({ place }) => only.has(place));
  const started = items.length > 0 && engine?.();
  if (!started) return;
  progress.nextRequest();
  await started.engine.request(
    'generate',
    { system: started.files, items: items.map(toItem), ...settingsOf(evaluation, system) },
    {
      signal: progress.context.signal,
      onEvent: (event) => {
        if (event.type === 'tokens') progress.setTokens(event.tokens);
        else store(session, system, event, progress);
      },
    },
  );
}

function itemsOf(
  { file: { db } }: ProjectSession,
  contestants: readonly GeneratingSystem[],
  batch: ReadonlySet<number>,
): StoredComparison[] {
  const ids = contestants
    .flatMap(({ missing }) => missing)
    .filter(({ place }) => batch.has(place))
    .map(({ comparisonId }) => comparisonId);
  return [...new Set(ids)].flatMap((id) => findComparison(db, id) ?? []);
}

const settingsOf = (evaluation: StoredEvaluation, system: WeightsSystem) => ({
  sampling: system.sampling,
  parallel: evaluation.parallel,
});

const toItem = ({ promptId, repetition, messages }: MissingGeneration) => ({
  key: promptId,
  messages,
  repetition,
});

type AnswerEvent = Extract<InferenceRequests['generate']['event'], { type: 'answer' }>;

function store(
  session: ProjectSession,
  system: WeightsSystem,
  event: AnswerEvent,
  progress: GenerationProgress,
): void {
  const { finish, ...answer } = event.answer;
  if (finish === 'cancelled') return;
  const ids = { systemId: system.id, promptId: event.key };
  insertGeneration(session.file.db, { ...answer, ...ids, finish });
  progress.addAnswer();
}

/** Ties pairs of answers, identical without their thinking, that the rule has not tied yet. */
function castTies({ file: { db } }: ProjectSession, items: readonly StoredComparison[]): void {
  withTransaction(db, () => {
    for (const { id: comparisonId, a, b } of items)
      if (a && b && sameAnswer(a.output, b.output) && !isTied(db, comparisonId))
        insertVote(db, {
          comparisonId,
          shown: 'neither',
          author: identicalAnswersAuthor,
          authorKind: 'rule',
          durationMs: null,
        });
  });
}

const isTied = (db: Database, comparisonId: string) =>
  verdictOf(db, comparisonId, { author: identicalAnswersAuthor, authorKind: 'rule' }) !== null;
