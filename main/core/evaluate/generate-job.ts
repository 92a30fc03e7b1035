import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import { identicalAnswersAuthor } from '../../../shared/domain/evaluation.ts';
import { withTransaction } from '../../store/database.ts';
import { comparisonCounts, comparisonsOf } from '../../store/repositories/comparisons.ts';
import { findEvaluation, type StoredEvaluation } from '../../store/repositories/evaluations.ts';
import { insertVote, standingVotes } from '../../store/repositories/votes.ts';
import { findSystem, type StoredSystem } from '../../store/repositories/systems.ts';
import {
  insertGeneration,
  missingGenerations,
  type MissingGeneration,
} from '../../store/repositories/generations.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';
import { systemFiles } from '../models/checkpoints.ts';
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
      const progress = new GenerationProgress(session, evaluation, context);
      try {
        for (const systemId of [evaluation.systemAId, evaluation.systemBId]) {
          const system = found(findSystem(db, systemId), 'system', systemId);
          await answerMissing(session, evaluation, system, progress);
          castTiesOnIdenticalAnswers(session, evaluation.id);
          context.signal.throwIfAborted();
        }
        return { evaluationId, answers: progress.done };
      } finally {
        // The next job needs the memory, however this one ended.
        await session.inference.release(['generate']);
        session.changes.touch('evaluations', 'project');
      }
    },
  };
}

class GenerationProgress {
  readonly context: JobContext;
  readonly #session: ProjectSession;
  readonly #total: number;
  #done: number;
  #tokens = 0;
  #startMs = Date.now();

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

  /** Starts counting anew: each system has its own speed. */
  startSystem(): void {
    this.#tokens = 0;
    this.#startMs = Date.now();
  }

  /** `tokens` is the sum of the current system so far. */
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
    const rate = seconds > 1 ? `${(this.#tokens / seconds).toFixed(1)} tokens/s` : '';
    const counts = { done: this.#done, total: this.#total, unit: 'answers' };
    this.context.report({ phase: 'generating', ...counts, detail: rate });
  }
}

async function answerMissing(
  session: ProjectSession,
  evaluation: StoredEvaluation,
  system: StoredSystem,
  progress: GenerationProgress,
): Promise<void> {
  const missing = missingGenerations(session.file.db, evaluation.id, system.id);
  if (missing.length === 0) return;
  const files = systemFiles(session, system.spec);
  progress.startSystem();
  await session.inference.engine('generate', files).request(
    'generate',
    { system: files, items: toItems(missing, system), ...settingsOf(evaluation, system) },
    {
      signal: progress.context.signal,
      onEvent: (event) => {
        if (event.type === 'tokens') progress.setTokens(event.tokens);
        else store(session, system, event, progress);
      },
    },
  );
}

const settingsOf = (evaluation: StoredEvaluation, system: StoredSystem) => ({
  sampling: system.sampling,
  parallel: evaluation.parallel,
});

// Every prompt draws from its own stream, so that the order of a batch changes no answer.
const toItems = (missing: readonly MissingGeneration[], system: StoredSystem) =>
  missing.map(({ promptId, ordinal, messages }) => ({
    key: promptId,
    messages,
    seed: (system.sampling.seed + ordinal) >>> 0,
  }));

type AnswerEvent = Extract<InferenceRequests['generate']['event'], { type: 'answer' }>;

function store(
  session: ProjectSession,
  system: StoredSystem,
  event: AnswerEvent,
  progress: GenerationProgress,
): void {
  const { finish, ...answer } = event.answer;
  if (finish === 'cancelled') return;
  const ids = { systemId: system.id, promptId: event.key };
  insertGeneration(session.file.db, { ...answer, ...ids, finish });
  progress.addAnswer();
}

function castTiesOnIdenticalAnswers(session: ProjectSession, evaluationId: string): void {
  const { db } = session.file;
  const cast = new Set(
    standingVotes(db, evaluationId)
      .filter((vote) => vote.authorKind === 'rule')
      .map((vote) => vote.comparisonId),
  );
  withTransaction(db, () => {
    for (const { id, a, b } of comparisonsOf(db, evaluationId))
      if (a && b && a.output === b.output && !cast.has(id))
        insertVote(db, {
          comparisonId: id,
          shown: 'neither',
          author: identicalAnswersAuthor,
          authorKind: 'rule',
          durationMs: null,
        });
  });
}
