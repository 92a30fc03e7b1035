import type { JobSubtask } from '../../../shared/domain/job.ts';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { grownLoss } from '../../../shared/domain/runs/loss-trend.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import { metricsAfter } from '../../store/repositories/run-metrics.ts';
import { totalSteps } from '../../../shared/domain/training-counts.ts';
import type { TrainResult } from '../../engines/protocol/trainer.ts';
import { makeArtifactFolder } from '../files/artifacts.ts';
import { startTrainer, type GuardedTrainer } from '../files/guarded-engines.ts';
import {
  addRunEvent,
  findRun,
  setRunEngine,
  type StoredRun,
} from '../../store/repositories/runs.ts';
import { found } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';
import { deviceForRun, explainDeviceCrash } from '../devices/run-device.ts';
import { JobStopped, type JobContext, type JobHandler } from '../jobs/job-handler.ts';
import { usableModel, verifyFiles, type UsableModel } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { encodeDataset, type EncodedDataset } from './encode-dataset.ts';
import { rememberSpeed } from './estimate-time.ts';
import { fromAdapterPath } from './from-adapter.ts';
import { answerProbes, EpochProbe } from './probe-run.ts';
import { removeResumeCheckpoints, runFolderNames } from './run-files.ts';
import { RunRecorder } from './run-recorder.ts';

/**
 * Trains one run: verify the base, encode in an inference process, train in a trainer process. A
 * run that was paused, crashed or had no space left goes on from its newest checkpoint.
 */
export function trainJob(session: ProjectSession): JobHandler<'train'> {
  return {
    kind: 'train',
    resource: 'accelerator',
    execute: async ({ runId }, context) => {
      try {
        const result = await trainRun(session, runId, context);
        return { runId, steps: result.steps, engine: result.engine, device: result.device };
      } catch (error) {
        throw toStop(error, context);
      } finally {
        if (session.file.db.open) session.changes.touch('runs', 'project');
      }
    },
    cleanUp: ({ runId }) => removeResumeCheckpoints(session.file, runId),
  };
}

async function trainRun(
  session: ProjectSession,
  runId: string,
  context: JobContext,
): Promise<TrainResult> {
  const run = found(findRun(session.file.db, 'id', runId), 'run', runId);
  const model = await usableModel(session, run.modelId, context.signal);
  // Before the first step there is nothing to save: a pause ends it like a cancel.
  const early = { ...context, signal: AbortSignal.any([context.signal, context.pausing]) };
  await verifyFiles([model], early);
  const encoded = await encodeDataset(session, run, model, early);
  await answerProbes(session, run, early);
  early.signal.throwIfAborted();
  const result = await train(session, run, model, encoded, context);
  if (result.outcome === 'cancelled') throw new Error('The run was cancelled');
  if (result.outcome === 'paused') {
    const message = `Paused after step ${result.steps}.`;
    addRunEvent(session.file.db, run.id, { kind: 'paused', step: result.steps, message });
    throw new JobStopped('paused');
  }
  return result;
}

async function train(
  session: ProjectSession,
  run: StoredRun,
  model: UsableModel,
  encoded: EncodedDataset,
  context: JobContext,
): Promise<TrainResult> {
  const outDir = makeArtifactFolder(session.file, ...runFolderNames(run.id));
  const request = { basePath: model.path, recipe: recipeSchema.parse(run.recipe) };
  const device = await deviceForRun(session.devices, request, context);
  const adapterPath =
    request.recipe.fromAdapter === '' ? undefined : fromAdapterPath(session, run.id);
  await using trainer = startTrainer({ reads: [model.path], writes: [outDir] });
  const engine = await trainer.engine;
  setRunEngine(session.file.db, run.id, engine, totalSteps(encoded.trained.length, run.recipe));
  using recorder = new RunRecorder(session, run, context);
  const report = (subtask: JobSubtask) => recorder.reportSubtask(subtask);
  await using probe = new EpochProbe(session, run, { ...context, report });
  const training = trainer.request(
    'train',
    {
      basePath: model.path,
      baseSha256: model.sha256,
      samples: encoded.trained,
      devSamples: encoded.held,
      recipe: request.recipe,
      device,
      outDir,
      ...(adapterPath !== undefined && { fromAdapterPath: adapterPath }),
      waitsAfterEpoch: probe.isNeeded,
      knownMemory: session.devices.memory.of(model.sha256),
      recordExtra: {
        project: session.file.name,
        run: run.name,
        dataset: run.datasetName,
        datasetHash: run.datasetHash,
        templateSha256: encoded.templateSha256,
      },
    },
    {
      signal: context.signal,
      onEvent: (event) => {
        recorder.record(event);
        if (event.type === 'checkpoint') probe.answerThen(() => trainer.request('goOn', null));
      },
    },
  );
  // Only now: a pause that reaches the trainer before its run would mean none.
  using _ = pauseOnRequest(trainer, context.pausing);
  const result = await training.catch((error: unknown) => {
    throw explainDeviceCrash(error, device);
  });
  recorder[Symbol.dispose]();
  if (result.outcome === 'succeeded') noteGrownLoss(session, run.id);
  noteSpeed(session, run.id, model, device);
  return result;
}

/** A run that ends is green, whatever it learned: one that unlearned says so. */
function noteGrownLoss(session: ProjectSession, runId: string): void {
  const metrics = metricsAfter(session.file.db, runId, 0);
  const grown = grownLoss(metrics.map(({ loss }) => loss));
  if (!grown) return;
  const message =
    `The loss grew from ${formatLoss(grown.first)} to ${formatLoss(grown.last)} and stayed there: the run made ` +
    'the model worse at its own samples. Start a new one with a lower learning rate or alpha, or with warm-up steps.';
  addRunEvent(session.file.db, runId, {
    kind: 'warning',
    step: metrics.at(-1)?.step ?? 0,
    message,
  });
}

function noteSpeed(
  session: ProjectSession,
  runId: string,
  model: UsableModel,
  device: string,
): void {
  try {
    rememberSpeed(session, runId, model, device);
  } catch (error) {
    // Only estimates are worse without it: the run is done.
    const message = `Later estimates will not know how fast this run was: ${String(error)}`;
    addRunEvent(session.file.db, runId, { kind: 'warning', step: 0, message });
  }
}

/** Hands a pause on to the trainer until disposed of; the running request ends by it. */
function pauseOnRequest(trainer: GuardedTrainer, pausing: AbortSignal) {
  const pause = () => {
    // A trainer that ended meanwhile has nothing to pause; its end is told by the request.
    trainer.request('pause', null).catch(() => undefined);
  };
  if (pausing.aborted) pause();
  else pausing.addEventListener('abort', pause, { once: true });
  return { [Symbol.dispose]: () => pausing.removeEventListener('abort', pause) };
}

/**
 * How a run ends by an error: a full disk or memory that runs short pauses it and a crash interrupts
 * it, since it can go on once a person mended the cause; anything else stays a failure.
 */
export function toStop(
  error: unknown,
  { signal, pausing }: Pick<JobContext, 'signal' | 'pausing'>,
): unknown {
  if (error instanceof JobStopped || signal.aborted) return error;
  const { code, data } = explainError(error) ?? {};
  // Memory that ran short after the first step may be free again later, like a disk.
  const ranShort = data?.['cause'] === 'OUT_OF_MEMORY' && data['isStopped'] === true;
  if (code === 'DISK_FULL' || ranShort) return new JobStopped('paused', error);
  if (code === 'ENGINE_CRASHED') return new JobStopped('crash', error);
  const isAbort =
    error instanceof Error &&
    (error.name === 'AbortError' || ('code' in error && error.code === 'CANCELLED'));
  return isAbort && pausing.aborted ? new JobStopped('paused') : error;
}
