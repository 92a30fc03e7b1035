import { startInference } from '../../engines/start-engines.ts';
import { findProbe, insertProbeAnswer } from '../../store/probe-repository.ts';
import { addRunEvent, listCheckpoints, type StoredRun } from '../../store/run-repository.ts';
import { systemFiles } from '../chat/system-files.ts';
import { explainError } from '../explain-error.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';

const parallel = 4;

/**
 * Answers what is missing of a run's probe: by the base (epoch 0) and by every epoch that is
 * there, in an inference process that ends with it. What cannot be answered becomes a warning of
 * the run and never stops the training.
 */
export async function answerProbes(
  session: ProjectSession,
  run: StoredRun,
  { signal, report }: Pick<JobContext, 'signal' | 'report'>,
): Promise<void> {
  if (!findProbe(session.file.db, run.id)) return;
  report({ phase: 'answering probe prompts', done: 0, total: 0, unit: '' });
  try {
    const checkpoints = listCheckpoints(session.file.db, run.id);
    for (const { epoch, id } of [{ epoch: 0, id: null }, ...checkpoints])
      await answerEpoch({ session, run, signal }, epoch, id);
  } catch (error) {
    if (signal.aborted || !session.file.db.open) return;
    const known = explainError(error);
    if (!known || known.code === 'DISK_FULL') throw error;
    const message = `The probe prompts were not answered: ${known.message}`;
    const step = run.lastMetric?.step ?? 0;
    addRunEvent(session.file.db, run.id, { kind: 'warning', step, message });
  }
}

/**
 * The probe of a run that is being trained: while an epoch's answers are generated the trainer
 * waits, since two engines at once nearly stop each other. Ends the generation when disposed of.
 */
export class EpochProbe implements AsyncDisposable {
  readonly isNeeded: boolean;
  readonly #session: ProjectSession;
  readonly #run: StoredRun;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  #answering: Promise<unknown> = Promise.resolve();

  constructor(session: ProjectSession, run: StoredRun, context: JobContext) {
    this.#session = session;
    this.#run = run;
    this.isNeeded = findProbe(session.file.db, run.id) !== undefined;
    this.#signal = AbortSignal.any([context.signal, context.pausing, this.#ended.signal]);
  }

  /** Answers what the epochs so far lack, then calls `goOn`, also when answering failed. */
  answerThen(goOn: () => Promise<unknown>): void {
    if (!this.isNeeded) return;
    // The job's own progress stays: its ETA would start over with another phase.
    const context = { signal: this.#signal, report: () => undefined };
    // What failed is a warning of the run by now; a full disk stops the trainer itself.
    this.#answering = answerProbes(this.#session, this.#run, context)
      .finally(goOn)
      .catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#answering;
  }
}

interface ProbedRun {
  session: ProjectSession;
  run: StoredRun;
  signal: AbortSignal;
}

async function answerEpoch(
  { session, run, signal }: ProbedRun,
  epoch: number,
  checkpointId: string | null,
): Promise<void> {
  const { db } = session.file;
  const probe = findProbe(db, run.id);
  if (!probe) return;
  const answered = new Set(
    probe.answers.filter((answer) => answer.epoch === epoch).map(({ ordinal }) => ordinal),
  );
  const missing = probe.prompts.filter(({ ordinal }) => !answered.has(ordinal));
  if (missing.length === 0) return;
  signal.throwIfAborted();
  const system = systemFiles(session, { modelId: run.modelId, checkpointId, strength: 1 });
  const items = missing.map(({ ordinal, messages }) => ({
    key: String(ordinal),
    messages,
    seed: (probe.sampling.seed + ordinal) >>> 0,
  }));
  await using engine = startInference();
  await engine.request(
    'generate',
    { system, items, sampling: probe.sampling, parallel },
    {
      signal,
      onEvent: (event) => {
        if (event.type !== 'answer') return;
        const { finish, ...answer } = event.answer;
        if (finish === 'cancelled') return;
        insertProbeAnswer(db, run.id, { ...answer, finish, epoch, ordinal: Number(event.key) });
        session.changes.touch('runs');
      },
    },
  );
}
