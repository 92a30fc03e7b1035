import { relative } from 'node:path';
import type { JobSubtask } from '../../../shared/domain/job.ts';
import type { RunEvent, RunMetric } from '../../../shared/domain/run.ts';
import { epochsOfRun } from '../../../shared/domain/training-counts.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import type { StepMetric, TrainEvent } from '../../engines/protocol/trainer.ts';
import { addMetrics, rewindMetrics } from '../../store/repositories/run-metrics.ts';
import { addRunEvent, setRunMemory, type StoredRun } from '../../store/repositories/runs.ts';
import { insertCheckpoint } from '../../store/repositories/checkpoints.ts';
import { addDevLosses, rewindDevLosses } from '../../store/repositories/dev-losses.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { adoptCheckpoints } from './adopt-checkpoints.ts';

const flushEveryMs = 250;

const toRunMetric = (metric: StepMetric): RunMetric => ({
  step: metric.step,
  epoch: metric.epoch,
  loss: metric.loss,
  learningRate: metric.learningRate,
  gradNorm: metric.gradNorm,
  tokensPerSecond: metric.tokensPerSecond,
  elapsedMs: metric.elapsedMs,
});

function resumeText(step: number, lastStep: number): string {
  if (step === 0) return 'Started again from the first step: no checkpoint had been written.';
  const lost = lastStep - step;
  const repeated = lost === 1 ? 'the step' : `the ${lost} steps`;
  return `Resumed after step ${step}.` + (lost > 0 ? ` It repeats ${repeated} after it.` : '');
}

/** The epoch that a step is in, or how far it is where the run ends within one. */
function epochText(metric: StepMetric): string {
  const epochs = epochsOfRun(metric, metric.totalSteps);
  const now = Number.isInteger(epochs) ? Math.ceil(metric.epoch) : metric.epoch.toFixed(2);
  return `epoch ${now} of ${formatCount(epochs)}`;
}

/** Writes what the trainer reports into the project file, metrics a few times a second. */
export class RunRecorder implements Disposable {
  readonly #session: ProjectSession;
  readonly #run: StoredRun;
  readonly #context: JobContext;
  #pending: RunMetric[] = [];
  #lastFlushMs = 0;
  #detail = '';
  #peakBytes: number;
  #lastStep: number;
  #totalSteps: number;

  constructor(session: ProjectSession, run: StoredRun, context: JobContext) {
    this.#session = session;
    this.#run = run;
    this.#context = context;
    this.#peakBytes = run.memory?.peakBytes ?? 0;
    this.#lastStep = run.lastMetric?.step ?? 0;
    this.#totalSteps = run.totalSteps;
  }

  /** Says what the training waits for; it is over with the next report of the training. */
  reportSubtask(subtask: JobSubtask): void {
    this.#report(this.#lastStep, this.#totalSteps, 0, subtask);
  }

  record(event: TrainEvent): void {
    switch (event.type) {
      case 'phase':
        this.#phase(event.phase);
        return;
      case 'start':
        this.#start(event);
        return;
      case 'progress':
        this.#report(event.step - 1, event.totalSteps, event.microBatch / event.microBatches);
        return;
      case 'step':
        this.#step(event.metric);
        return;
      case 'memory':
        this.#memory(event);
        return;
      case 'measuring':
        this.#measuring(event);
        return;
      case 'devLoss':
        addDevLosses(this.#session.file.db, this.#run.id, [event.measured]);
        this.#session.changes.touch('runs');
        return;
      case 'checkpoint': {
        this.#flush();
        const { adapterPath, adapterSha256, epoch, step, sizeBytes, meanLoss } = event.checkpoint;
        const file = relative(this.#session.file.artifactsDir, adapterPath);
        const runId = this.#run.id;
        const stored = { runId, epoch, step, file, sha256: adapterSha256, sizeBytes, meanLoss };
        insertCheckpoint(this.#session.file.db, stored);
        this.#session.changes.touch('runs');
      }
    }
  }

  [Symbol.dispose](): void {
    this.#flush();
  }

  /** The stored metrics follow the checkpoint: a crash lost some, or stored some that it has not. */
  #start(start: Extract<TrainEvent, { type: 'start' }>): void {
    const { step, steps, devLosses, damaged, warnings } = start;
    const { db } = this.#session.file;
    const note = (kind: RunEvent['kind'], message: string) =>
      addRunEvent(db, this.#run.id, { kind, step, message });
    for (const message of damaged) note('damaged', message);
    for (const message of warnings) note('warning', message);
    const wasStarted = this.#run.engine !== '';
    if (wasStarted) note('resumed', resumeText(step, this.#run.lastMetric?.step ?? 0));
    rewindMetrics(db, this.#run.id, steps.map(toRunMetric));
    rewindDevLosses(db, this.#run.id, step, devLosses);
    this.#lastStep = step;
    // A full disk may have kept an adapter and refused the row that names it.
    if (wasStarted) adoptCheckpoints(this.#session.file);
    this.#session.changes.touch('runs');
  }

  /** After the first step it belongs to training, as saving does. */
  #measuring({ done, total }: Extract<TrainEvent, { type: 'measuring' }>): void {
    const measuring = { phase: 'measuring the dev loss', done, total, unit: 'samples' };
    if (this.#lastStep === 0) this.#context.report(measuring);
    else this.reportSubtask(measuring);
  }

  #phase(phase: Extract<TrainEvent, { type: 'phase' }>['phase']): void {
    if (phase === 'loading' || phase === 'preparing')
      this.#context.report({ phase, done: 0, total: 0, unit: 'steps' });
    else if (phase === 'saving') this.reportSubtask({ phase, done: 0, total: 0, unit: '' });
  }

  #step(metric: StepMetric): void {
    this.#lastStep = metric.step;
    this.#totalSteps = metric.totalSteps;
    this.#pending.push(toRunMetric(metric));
    if (Date.now() - this.#lastFlushMs >= flushEveryMs) this.#flush();
    this.#detail =
      `loss ${formatLoss(metric.loss)}, ${formatCount(Math.round(metric.tokensPerSecond))} tokens/s, ` +
      epochText(metric);
    this.#report(metric.step, metric.totalSteps, 0);
  }

  /** A run that was resumed took what the greediest of its processes did. */
  #memory({ memory, measurement }: Extract<TrainEvent, { type: 'memory' }>): void {
    const { devices, file, changes } = this.#session;
    const { id: runId, baseSha256 } = this.#run;
    this.#peakBytes = Math.max(this.#peakBytes, memory.peakBytes);
    setRunMemory(file.db, runId, { ...memory, peakBytes: this.#peakBytes });
    try {
      devices.memory.add({ ...measurement, runId, baseSha256 });
    } catch (error) {
      // Only plans are worse without it: the run goes on.
      const message = `Later plans will not know what this run took: ${String(error)}`;
      addRunEvent(file.db, runId, { kind: 'warning', step: this.#lastStep, message });
    }
    changes.touch('runs');
  }

  #report(step: number, total: number, part: number, subtask?: JobSubtask): void {
    const counted = { done: Math.min(total, step + part), total, unit: 'steps' };
    const waiting = subtask ? { subtask } : {};
    this.#context.report({ phase: 'training', ...counted, detail: this.#detail, ...waiting });
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const metrics = this.#pending;
    // Emptied first: metrics that a full disk refused must not fail the end of the run once more.
    this.#pending = [];
    addMetrics(this.#session.file.db, this.#run.id, metrics);
    this.#lastFlushMs = Date.now();
  }
}
