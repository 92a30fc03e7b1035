import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { recipeSchema, type Recipe } from '../../../shared/domain/recipe.ts';
import type { RunMetric } from '../../../shared/domain/run.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';
import type { StepMetric, TrainEvent, TrainResult } from '../../engines/protocol/trainer.ts';
import { startInference, startTrainer } from '../../engines/start-engines.ts';
import { datasetItems } from '../../store/dataset-repository.ts';
import type { StoredModel } from '../../store/model-repository.ts';
import {
  addMetrics,
  findRun,
  insertCheckpoint,
  setEncodeReport,
  setRunEngine,
  type StoredRun,
} from '../../store/run-repository.ts';
import { AppError, found } from '../app-error.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import { usableModel, verifyModel } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { encodeReport } from './encode-report.ts';

const flushEveryMs = 250;

/**
 * Trains one run: verify the base, encode in an inference process, train in a trainer process.
 * It is not resumable: a run that stopped keeps the adapters of its finished epochs.
 */
export function trainJob(session: ProjectSession): JobHandler {
  return {
    kind: 'train',
    resource: 'accelerator',
    execute: async (payload, context) => {
      const { runId } = z.object({ runId: z.string() }).parse(payload);
      const run = found(findRun(session.file.db, 'id', runId), 'run', runId);
      const model = usableModel(session, run.modelId);
      await verifyModel(model, context);
      const encoded = await encodeDataset(session, run, model, context);
      const result = await train(session, run, model, encoded, context);
      session.changes.touch('runs', 'project');
      if (result.outcome === 'cancelled') throw new Error('The run was cancelled');
      return { runId, steps: result.steps, engine: result.engine, device: result.device };
    },
  };
}

async function encodeDataset(
  session: ProjectSession,
  run: StoredRun,
  model: StoredModel,
  context: JobContext,
): Promise<EncodeResult> {
  const items = datasetItems(session.file.db, run.datasetId);
  await using engine = startInference();
  const encoded = await engine.request(
    'encode',
    {
      basePath: model.path,
      samples: items.map((item) => ({ id: item.sampleId, messages: item.messages })),
      maxTokens: run.recipe.maxTokens,
      overlong: run.recipe.overlong,
      lossOn: run.recipe.lossOn,
    },
    {
      signal: context.signal,
      onEvent: ({ done, total }) =>
        context.report({ phase: 'encoding', done, total, unit: 'samples' }),
    },
  );
  context.signal.throwIfAborted();
  setEncodeReport(session.file.db, run.id, encodeReport(encoded, items));
  session.changes.touch('runs');
  if (encoded.samples.length === 0)
    throw new AppError(
      'INVALID_STATE',
      `None of the ${items.length} samples of “${run.datasetName}” has a token to train on: ` +
        (encoded.dropped[0]?.reason ?? 'the dataset is empty'),
    );
  return encoded;
}

/** Optimizer steps of a run: the last batch of an epoch may be smaller. */
export function totalSteps(recipe: Recipe, samples: number): number {
  return recipe.epochs * Math.ceil(samples / recipe.batchSize);
}

async function train(
  session: ProjectSession,
  run: StoredRun,
  model: StoredModel,
  encoded: EncodeResult,
  context: JobContext,
): Promise<TrainResult> {
  const outDir = join(session.file.artifactsDir, 'runs', run.id);
  mkdirSync(outDir, { recursive: true });
  await using trainer = startTrainer();
  const engine = await trainer.engine;
  setRunEngine(session.file.db, run.id, engine, totalSteps(run.recipe, encoded.samples.length));
  using recorder = new RunRecorder(session, run, context);
  return await trainer.request(
    'train',
    {
      basePath: model.path,
      baseSha256: model.sha256,
      samples: encoded.samples,
      recipe: recipeSchema.parse(run.recipe),
      outDir,
      recordExtra: {
        project: session.file.name,
        run: run.name,
        dataset: run.datasetName,
        datasetHash: run.datasetHash,
        templateSha256: encoded.templateSha256,
      },
    },
    { signal: context.signal, onEvent: (event) => recorder.record(event) },
  );
}

const toRunMetric = (metric: StepMetric): RunMetric => ({
  step: metric.step,
  epoch: metric.epoch,
  loss: metric.loss,
  learningRate: metric.learningRate,
  gradNorm: metric.gradNorm,
  tokensPerSecond: metric.tokensPerSecond,
  elapsedMs: metric.elapsedMs,
});

/** Writes what the trainer reports into the project file, metrics a few times a second. */
class RunRecorder implements Disposable {
  readonly #session: ProjectSession;
  readonly #run: StoredRun;
  readonly #context: JobContext;
  #pending: RunMetric[] = [];
  #lastFlushMs = 0;
  #detail = '';

  constructor(session: ProjectSession, run: StoredRun, context: JobContext) {
    this.#session = session;
    this.#run = run;
    this.#context = context;
  }

  record(event: TrainEvent): void {
    switch (event.type) {
      case 'phase':
        // Saving at the end of an epoch belongs to training: its ETA would start over otherwise.
        if (event.phase === 'loading' || event.phase === 'preparing')
          this.#context.report({ phase: event.phase, done: 0, total: 0, unit: 'steps' });
        return;
      case 'progress':
        this.#report(event.step - 1, event.totalSteps, event.microBatch / event.microBatches);
        return;
      case 'step':
        this.#step(event.metric);
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

  #step(metric: StepMetric): void {
    this.#pending.push(toRunMetric(metric));
    if (Date.now() - this.#lastFlushMs >= flushEveryMs) this.#flush();
    this.#detail =
      `loss ${metric.loss.toFixed(3)}, ${Math.round(metric.tokensPerSecond)} tokens/s, ` +
      `epoch ${Math.ceil(metric.epoch)} of ${this.#run.recipe.epochs}`;
    this.#report(metric.step, metric.totalSteps, 0);
  }

  #report(step: number, total: number, part: number): void {
    const done = Math.min(total, step + part);
    this.#context.report({ phase: 'training', done, total, unit: 'steps', detail: this.#detail });
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
