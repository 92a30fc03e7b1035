import { probeInputSchema } from '../shared/domain/runs/probe.ts';
import { identitySchema } from '../shared/domain/identity.ts';
import { recipeSchema } from '../shared/domain/recipe/recipe.ts';
import { withTransaction, type Database } from '../main/store/database.ts';
import { openProjectFile } from '../main/store/file/open-project-file.ts';
import { insertCheckpoint } from '../main/store/repositories/checkpoints.ts';
import { freezeDataset } from '../main/store/repositories/freeze-dataset.ts';
import { insertJob, updateJob } from '../main/store/repositories/jobs.ts';
import { upsertModel } from '../main/store/repositories/models.ts';
import { insertProbe, insertProbeAnswer } from '../main/store/repositories/probes.ts';
import { addReviews } from '../main/store/repositories/samples/reviews.ts';
import { addMetrics } from '../main/store/repositories/run-metrics.ts';
import { insertRun, setRunEngine } from '../main/store/repositories/runs.ts';
import { storedModelInfo } from '../main/store/testing/old-project.ts';
import { conversation } from './sample-files.ts';

const stepsPerEpoch = 4;
const prompts = 5;
const runId = 'long';

/** Gives a closed project a finished run of many epochs: a checkpoint and answers for each. */
export function addLongRun(path: string, name: string, epochs: number): void {
  const file = openProjectFile(path);
  try {
    withTransaction(file.db, () => {
      addRun(file.db, name, epochs);
      for (let epoch = 1; epoch <= epochs; epoch++) addCheckpoint(file.db, epoch);
      for (let epoch = 0; epoch <= epochs; epoch++) addAnswers(file.db, epoch);
    });
  } finally {
    file.close();
  }
}

function addRun(db: Database, name: string, epochs: number): void {
  addReviews(db, 'accept', { filter: {} }, 'e2e');
  const datasetId = freezeDataset(db, 'course', 'e2e')?.id ?? '';
  const modelId = upsertModel(db, {
    sha256: '1'.repeat(64),
    path: '/nowhere/base.gguf',
    info: storedModelInfo,
  });
  const job = insertJob(db, { kind: 'train', title: name, subjectId: runId, payload: { runId } });
  updateJob(db, { ...job, state: 'succeeded', startedMs: 1, finishedMs: 2 });
  const recipe = recipeSchema.parse({ epochs });
  insertRun(db, { id: runId, name, jobId: job.id, modelId, datasetId, recipe });
  setRunEngine(db, runId, 'e2e', epochs * stepsPerEpoch);
  const { sampling } = probeInputSchema.parse({});
  const asked = Array.from({ length: prompts }, (_, number) => conversation(`Question ${number}?`));
  insertProbe(db, runId, { name: 'built-in', sampling, prompts: asked });
}

const lossOf = (epoch: number) => 1 + 2 / epoch;

function addCheckpoint(db: Database, epoch: number): void {
  const folder = `runs/${runId}/epoch-${String(epoch).padStart(3, '0')}`;
  insertCheckpoint(db, {
    runId,
    epoch,
    step: epoch * stepsPerEpoch,
    file: `${folder}/adapter.gguf`,
    sha256: String(epoch).padStart(64, '0'),
    sizeBytes: 4096,
    meanLoss: lossOf(epoch),
  });
  const steps = Array.from({ length: stepsPerEpoch }, (_, index) => index + 1);
  addMetrics(
    db,
    runId,
    steps.map((ofEpoch) => {
      const step = (epoch - 1) * stepsPerEpoch + ofEpoch;
      const rates = { learningRate: 1e-4, gradNorm: 1, tokensPerSecond: 100, elapsedMs: step };
      return { step, epoch: step / stepsPerEpoch, loss: lossOf(epoch), ...rates };
    }),
  );
}

function addAnswers(db: Database, epoch: number): void {
  const { sampling } = probeInputSchema.parse({});
  const identity = identitySchema.parse({
    baseSha256: '1'.repeat(64),
    baseName: 'base',
    adapterSha256: epoch === 0 ? null : String(epoch).padStart(64, '0'),
    adapterName: null,
    strength: 1,
    templateSha256: '3'.repeat(64),
    sampling,
    engine: 'e2e',
    device: 'CPU',
  });
  for (let ordinal = 0; ordinal < prompts; ordinal++) {
    const output = `Answer ${ordinal} of epoch ${epoch}: ${'some words of it '.repeat(12)}`;
    const counts = { promptTokens: 3, outputTokens: 40, durationMs: 1 };
    insertProbeAnswer(db, runId, { epoch, ordinal, output, finish: 'stop', ...counts, identity });
  }
}
