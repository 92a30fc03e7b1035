import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RecipeInput } from '../../../../shared/domain/recipe/recipe.ts';
import { TestCore } from '../../testing/a-core.ts';

// Opens the project of a folder and starts its run, or resumes the one that is there. Says
// `training` when the first step is under way, and at the end `done` with what came of it; an
// interrupted run ends with `stopped`. Somebody may kill this process or its engines meanwhile.
const [folder = ''] = process.argv.slice(2);
const recipe: RecipeInput = {
  epochs: 6,
  batchSize: 1,
  rank: 4,
  threads: 1,
  learningRate: 1e-3,
  devShare: 0.1,
  checkpointEverySteps: 7,
};

const core = await TestCore.start({ folder, project: 'open' });
const { runId, jobId } = await startOrResume();
await core.job(jobId, (job) => job.progress?.phase === 'training');
say('training');
const { state, error } = await core.job(jobId);
say(state === 'succeeded' ? `done ${JSON.stringify(await outcome())}` : `stopped ${error?.code}`);
await core.core.close();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function startOrResume(): Promise<{ runId: string; jobId: string }> {
  const [known] = await core.client.runs.list();
  if (known) {
    if (known.state !== 'succeeded') await core.client.jobs.resume({ id: known.jobId });
    return { runId: known.id, jobId: known.jobId };
  }
  const [model] = await core.client.models.list();
  const [dataset] = await core.client.datasets.list();
  if (!model || !dataset) throw new Error(`${folder} holds no prepared project`);
  return await core.client.runs.start({ modelId: model.id, datasetId: dataset.id, recipe });
}

/** Hash of the final adapter's file, and of every loss that the project stored, dev losses too. */
async function outcome(): Promise<{ adapterSha256: string; curveSha256: string; steps: number }> {
  const run = await core.client.runs.get({ id: runId });
  const path = run.checkpoints.at(-1)?.path ?? '';
  for await (const { metrics } of await core.client.runs.metrics({ runId })) {
    const curve = [...metrics, ...run.devLosses].map(({ step, loss }) => `${step} ${loss}\n`);
    return {
      adapterSha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
      curveSha256: createHash('sha256').update(curve.join('')).digest('hex'),
      steps: metrics.length,
    };
  }
  throw new Error('The run has no metrics');
}
