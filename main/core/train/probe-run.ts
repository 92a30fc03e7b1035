import type { z } from 'zod';
import { withRepetitions } from '../../../shared/domain/evaluate/answer-seed.ts';
import { turnPrompt } from '../../../shared/domain/evaluate/dialogue.ts';
import type { JobSubtask } from '../../../shared/domain/job.ts';
import {
  type ProbeAnswer,
  builtInProbePrompts,
  mostProbePrompts,
  pickEpochs,
  type Probe,
  type probeInputSchema,
  type ShownEpochs,
} from '../../../shared/domain/runs/probe.ts';
import type { GenerateParams } from '../../engines/protocol/inference.ts';
import { startInference, systemToRead } from '../files/guarded-engines.ts';
import type { WithGuardedPaths } from '../files/guarded-path.ts';
import {
  answersByEpoch,
  findProbe,
  insertProbeAnswer,
  probeAnswers,
  type NewProbe,
} from '../../store/repositories/probes.ts';
import { addRunEvent, type StoredRun, findRun } from '../../store/repositories/runs.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { systemFiles } from '../models/checkpoints.ts';
import { explainError } from '../base/explain-error.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';

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
  const prompts = frozenPromptsOf(db, set, mostProbePrompts).map(({ messages }) =>
    // Of a dialogue its first turn: what comes after depends on what was answered.
    turnPrompt(messages, []),
  );
  return { name: set.name, sampling, prompts };
}

/** The probe of a run with its answers so far, or with those of a few epochs; NOT_FOUND for an unknown run. */
export function probeOf(
  session: ProjectSession,
  { id, shown }: { id: string; shown?: ShownEpochs | undefined },
): Probe | null {
  const { db } = session.file;
  const run = found(findRun(db, 'id', id), 'run', id);
  const probe = findProbe(db, run.id);
  if (!probe) return null;
  const epochs = answersByEpoch(db, run.id).map(({ epoch }) => epoch);
  const wanted = shown ? pickEpochs(epochs, shown) : epochs;
  return { ...probe, epochs, answers: probeAnswers(db, run.id, wanted) };
}

const parallel = 4;

/** Where answering is told about and ended. */
interface ProbeContext {
  signal: AbortSignal;
  report: (progress: JobSubtask) => void;
}

/**
 * Answers what is missing of a run's probe: by the base (epoch 0) and by every epoch that is
 * there, in an inference process that ends with it. What cannot be answered becomes a warning of
 * the run and never stops the training.
 */
export async function answerProbes(
  session: ProjectSession,
  run: StoredRun,
  { signal, report }: ProbeContext,
): Promise<void> {
  const { db } = session.file;
  const probe = findProbe(db, run.id);
  if (!probe) return;
  try {
    const counts = answersByEpoch(db, run.id).map(
      ({ epoch, answers }) => [epoch, answers] as const,
    );
    const answered = new Map(counts);
    // Each epoch asks anew: what many epochs before it have answered must cost it nothing.
    const lacking = [{ epoch: 0, id: null, isDeleted: false }, ...listCheckpoints(db, run.id)]
      .filter(({ isDeleted }) => !isDeleted)
      .filter(({ epoch }) => (answered.get(epoch) ?? 0) < probe.prompts.length);
    for (const { epoch, id } of lacking)
      await answerEpoch({ session, run, probe, signal, report }, epoch, id);
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
  readonly #context: ProbeContext;
  #answering: Promise<unknown> = Promise.resolve();

  constructor(
    session: ProjectSession,
    run: StoredRun,
    { signal, pausing, report }: ProbeContext & Pick<JobContext, 'pausing'>,
  ) {
    this.#session = session;
    this.#run = run;
    this.isNeeded = findProbe(session.file.db, run.id) !== undefined;
    this.#context = { signal: AbortSignal.any([signal, pausing, this.#ended.signal]), report };
  }

  /** Answers what the epochs so far lack, then calls `goOn`, also when answering failed. */
  answerThen(goOn: () => Promise<unknown>): void {
    if (!this.isNeeded) return;
    // What failed is a warning of the run by now; a full disk stops the trainer itself.
    this.#answering = answerProbes(this.#session, this.#run, this.#context)
      .finally(goOn)
      .catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#answering;
  }
}

interface ProbedRun extends ProbeContext {
  session: ProjectSession;
  run: StoredRun;
  probe: Omit<Probe, 'epochs' | 'answers'>;
}

async function answerEpoch(
  probed: ProbedRun,
  epoch: number,
  checkpointId: string | null,
): Promise<void> {
  const { session, run, probe, signal, report } = probed;
  const answers = probeAnswers(session.file.db, run.id, [epoch]);
  const answered = new Set(answers.map(({ ordinal }) => ordinal));
  const missing = withRepetitions(probe.prompts).filter(({ ordinal }) => !answered.has(ordinal));
  if (missing.length === 0) return;
  signal.throwIfAborted();
  const total = probe.prompts.length;
  const tell = () =>
    report({ phase: 'answering probe prompts', done: answered.size, total, unit: 'answers' });
  tell();
  const system = await systemFiles(
    session,
    { modelId: run.modelId, checkpointId, strength: 1, ...chosenTemplate(run) },
    signal,
  );
  const { sampling } = probe;
  const items = missing.map(({ ordinal, messages, repetition }) => ({
    key: String(ordinal),
    messages,
    repetition,
  }));
  await answerItems(probed, { system, items, sampling, parallel }, (ordinal, answer) => {
    insertProbeAnswer(session.file.db, run.id, { ...answer, epoch, ordinal });
    // No epoch changes what the template refuses: told once, by the base.
    if (answer.finish === 'failed' && epoch === 0)
      addRunEvent(session.file.db, run.id, {
        kind: 'warning',
        step: 0,
        message: `Probe prompt ${ordinal + 1} is not answered: ${answer.output}`,
      });
    session.changes.touch('probes');
    answered.add(ordinal);
    tell();
  });
}

/** The base is asked as the run trains: with a template of its own, where one was chosen. */
const chosenTemplate = ({ recipe: { chatTemplate } }: StoredRun) =>
  chatTemplate === '' ? {} : { chatTemplate };

async function answerItems(
  { signal }: ProbedRun,
  params: WithGuardedPaths<GenerateParams>,
  keep: (ordinal: number, answer: Omit<ProbeAnswer, 'epoch' | 'ordinal'>) => void,
): Promise<void> {
  await using engine = startInference(systemToRead(params.system));
  await engine.request('generate', params, {
    signal,
    onEvent: (event) => {
      if (event.type !== 'answer') return;
      const { finish, ...answer } = event.answer;
      if (finish !== 'cancelled') keep(Number(event.key), { ...answer, finish });
    },
  });
}
