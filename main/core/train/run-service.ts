import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { probeInputSchema } from '../../../shared/domain/runs/probe.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { keepsName, type Run, type RunMetric } from '../../../shared/domain/run.ts';
import {
  devSampleCount,
  devShareProblem,
  maySamplesGrow,
  warmupProblem,
} from '../../../shared/domain/training-counts.ts';
import { mostSamplesOf } from '../../../shared/template/thinking.ts';
import { modelNameOf } from '../../store/repositories/models.ts';
import { renameThing } from '../../store/labels/rename-thing.ts';
import { findDataset, type FrozenDataset } from '../../store/repositories/datasets.ts';
import {
  findRun,
  insertRun,
  listRuns,
  addRunEvent,
  runEvents,
  type StoredRun,
} from '../../store/repositories/runs.ts';
import { metricsAfter } from '../../store/repositories/run-metrics.ts';
import { insertProbe } from '../../store/repositories/probes.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { AppError, found } from '../base/app-error.ts';
import { checkpoints } from '../models/checkpoints.ts';
import { usableModel } from '../models/model-service.ts';
import { verifiedItems } from '../project/frozen-items.ts';
import { requireLive } from '../project/live-things.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { startWithAdapter } from './from-adapter.ts';
import { newProbe } from './probe-run.ts';
import { requireTemplate } from '../models/template-trial.ts';
import { savedStep } from './run-files.ts';

/** What a run is started with. */
interface RunInput {
  name?: string | undefined;
  modelId: string;
  datasetId: string;
  recipe: Recipe;
  probe?: z.output<typeof probeInputSchema> | undefined;
  adapterPath?: string | undefined;
  otherBase: boolean;
  /** Whoever starts it. */
  author: string;
}

/** Queues a run. Refused before it starts when the model cannot be trained or is not there. */
export async function startRun(
  session: ProjectSession,
  input: RunInput,
  signal?: AbortSignal,
): Promise<{ runId: string; jobId: string }> {
  const { db } = session.file;
  const model = await usableModel(session, input.modelId, signal);
  const modelName = modelNameOf(db, model);
  if (model.info.trainable !== 'yes')
    throw new AppError('MODEL_INVALID', `${modelName} cannot be trained: ${model.info.trainable}`, {
      modelId: model.id,
    });
  const dataset = found(findDataset(db, 'id', input.datasetId), 'dataset', input.datasetId);
  requireLive(db, { thing: 'dataset', id: input.datasetId }, 'dataset');
  const problem =
    devShareProblem(dataset.samples, input.recipe.devShare) ||
    (await earlyWarmupProblem(session, dataset, input.recipe, signal));
  if (problem !== '') throw new AppError('INVALID_STATE', problem);
  await requireDevice(session, input.recipe.device);
  const runId = uuidv7();
  const suggested = `${dataset.name} on ${modelName}`;
  return await startWithAdapter(
    session,
    { ...input, runId, model },
    async ({ recipe, warnings }) => {
      const remarks = await requireTemplate(model, recipe.chatTemplate, signal);
      return queueRun(session, {
        ...input,
        runId,
        recipe,
        name: input.name ?? freeName(session, suggested),
        warnings: [...remarks, ...(model.info.warnings ?? []), ...warnings],
      });
    },
    signal,
  );
}

/** What is certain before the samples are encoded, which may make more of them; else empty. */
async function earlyWarmupProblem(
  session: ProjectSession,
  dataset: FrozenDataset & { samples: number },
  recipe: Recipe,
  signal: AbortSignal | undefined,
): Promise<string> {
  const heldOut = devSampleCount(dataset.samples, recipe.devShare);
  const problem = warmupProblem(dataset.samples - heldOut, recipe);
  if (problem === '' || !maySamplesGrow(recipe)) return problem;
  if (recipe.overlong === 'split') return '';
  const items = await verifiedItems(session, dataset, signal);
  const most = items.reduce((sum, { messages }) => sum + mostSamplesOf(messages), 0);
  return warmupProblem(most - heldOut, recipe);
}

/** Stores a run that nothing speaks against but its name. */
function queueRun(
  session: ProjectSession,
  run: RunInput & { runId: string; name: string; warnings: readonly string[] },
): { runId: string; jobId: string } {
  const { db } = session.file;
  const { runId, name, modelId, datasetId, recipe } = run;
  freeNameOfFailed(session, name, run.author);
  if (findRun(db, 'name', name))
    throw new AppError('NAME_TAKEN', `There is a run “${name}” already: choose another name`, {
      name,
    });
  const probe = run.probe && newProbe(session, run.probe);
  const job = session.jobs.start(
    { kind: 'train', title: name, subjectId: runId, payload: { runId } },
    (jobId) => {
      insertRun(db, { id: runId, name, jobId, modelId, datasetId, recipe });
      if (probe) insertProbe(db, runId, probe);
      for (const message of run.warnings)
        addRunEvent(db, runId, { kind: 'warning', step: 0, message });
    },
  );
  session.changes.touch('runs', 'project');
  return { runId, jobId: job.id };
}

/** A run that failed before its first checkpoint gives its name to the next try. */
function freeNameOfFailed(session: ProjectSession, name: string, author: string): void {
  const { db } = session.file;
  const before = findRun(db, 'name', name);
  if (!before || keepsName(runById(session, before.id))) return;
  renameThing(db, { thing: 'run', id: before.id }, freeName(session, `${name} (failed)`), author);
}

/** A device that this machine lacks is told before the base is hashed, which may take minutes. */
async function requireDevice({ devices }: ProjectSession, device: string): Promise<void> {
  if (device === 'auto' || device === 'cpu') return;
  const listings = await devices.list();
  const ids = listings.flatMap((listing) => listing.devices.map(({ id }) => id));
  if (ids.includes(device)) return;
  const family = listings.find((listing) => device.startsWith(listing.family));
  throw new AppError(
    'INVALID_INPUT',
    `There is no device ${device} here (there is: ${ids.join(', ')}).` +
      `${family?.problem ? ` ${family.problem.replace(/\.?$/, '.')}` : ''} Choose one of them, or auto.`,
  );
}

function freeName(session: ProjectSession, wanted: string): string {
  const taken = new Set(listRuns(session.file.db).map((run) => run.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.has(name)) return name;
  }
}

const withCheckpoints = (session: ProjectSession, run: StoredRun): Run => ({
  ...run,
  // The job service knows the state of a live job a moment before the file does.
  state: session.jobs.get(run.jobId).state,
  checkpoints: checkpoints(session, run.id),
  events: runEvents(session.file.db, run.id),
  savedStep: savedStep(session.file, run.id),
});

/** Every run with its checkpoints, newest first. */
export const runs = (session: ProjectSession): Run[] =>
  listRuns(session.file.db).map((run) => withCheckpoints(session, run));

/** One run by id. */
export const runById = (session: ProjectSession, id: string): Run =>
  withCheckpoints(session, found(findRun(session.file.db, 'id', id), 'run', id));

/** Stored metrics after a step, then new ones; ends when the run's job has ended. */
export async function* watchMetrics(
  session: ProjectSession,
  input: { runId: string; afterStep: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<{ metrics: RunMetric[] }> {
  const run = runById(session, input.runId);
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const changes = session.jobs.watch(0, stop);
  let last = input.afterStep;
  const news = () => {
    // A slow reader may come back when the project is closed: it has seen the end by then.
    if (!session.file.db.open) return [];
    const metrics = metricsAfter(session.file.db, run.id, last);
    last = metrics.at(-1)?.step ?? last;
    return metrics;
  };
  yield { metrics: news() };
  if (isJobFinished(session.jobs.get(run.jobId).state)) return;
  try {
    for await (const job of changes) {
      if (job.id !== run.jobId) continue;
      const metrics = news();
      if (metrics.length > 0) yield { metrics };
      if (isJobFinished(job.state)) return;
    }
  } finally {
    ended.abort();
  }
}
