import { join } from 'node:path';
import { z } from 'zod';
import type { ImportReport } from '../../../shared/contract/curate.ts';
import { importReportSchema } from '../../../shared/contract/curate.ts';
import {
  evaluationReportSchema,
  type EvaluationReport,
} from '../../../shared/domain/evaluation-report.ts';
import { checkedRecipeSchema } from '../../../shared/domain/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { writeTinyModel } from '../../engines/gguf/tiny-model.ts';
import { resourcesDir } from '../app-paths.ts';
import { ensureModel } from '../project-models.ts';
import type { CoreClient } from '../open-core.ts';
import { waitForJob, type WaitOptions } from '../wait-for-job.ts';

const demoFile = (name: string) => join(resourcesDir, 'demo', name);

/** Settings that let a random model learn sixteen sentences by heart in well under a minute. */
const demoRecipe = checkedRecipeSchema.parse({
  rank: 16,
  alpha: 32,
  epochs: 32,
  batchSize: 8,
  microBatchSize: 8,
  learningRate: 1e-2,
  minLearningRate: 1e-3,
  weightDecay: 0,
  maxTokens: 128,
});

/** What the demo found, for its last page. */
export interface DemoOutcome {
  imports: ImportReport[];
  run: Run;
  report: EvaluationReport;
  reportFiles: string[];
}

/** A step of the demo: told before it starts. */
export type Tell = (step: string) => void;

/** Import → review → freeze → train → compare → report, through the contract every shell uses. */
export async function runPipeline(
  client: CoreClient,
  folder: string,
  wait: WaitOptions,
  tell: Tell,
): Promise<{ run: Run; imports: ImportReport[]; evaluationId: string }> {
  tell('Make a tiny base model with random weights');
  const modelPath = join(folder, 'tiny.gguf');
  await writeTinyModel(modelPath, { name: 'Tiny random Llama', embeddingLength: 128, layers: 4 });
  tell('Import a community dump and sixteen samples written by hand');
  const imports = [
    await importFile(client, 'tea.stackexchange.Posts.xml', wait),
    await importFile(client, 'brael.jsonl', wait),
  ];
  tell('Accept the sixteen, leave the dump pending, freeze a dataset');
  await client.samples.review({ action: 'accept', selection: { filter: { source: 'brael' } } });
  const dataset = await client.datasets.freeze({ name: 'brael' });
  const modelId = await ensureModel(client, modelPath, wait);
  tell(`Train a LoRA adapter on ${dataset.samples} samples, ${demoRecipe.epochs} epochs`);
  const started = await client.runs.start({
    name: 'demo',
    modelId,
    datasetId: dataset.id,
    recipe: demoRecipe,
  });
  await waitForJob(client, started.jobId, wait);
  const run = await client.runs.get({ id: started.runId });
  tell('Ask the base and the tuned model the same sixteen questions');
  const evaluationId = await compare(client, modelId, run, wait);
  return { run, imports, evaluationId };
}

async function importFile(
  client: CoreClient,
  name: string,
  wait: WaitOptions,
): Promise<ImportReport> {
  const { jobId } = await client.imports.start({ path: demoFile(name) });
  return importReportSchema.parse(await waitForJob(client, jobId, wait));
}

async function compare(
  client: CoreClient,
  modelId: string,
  run: Run,
  wait: WaitOptions,
): Promise<string> {
  const { set } = await client.prompts.import({ path: demoFile('prompts.jsonl'), name: 'brael' });
  const checkpointId = run.checkpoints.at(-1)?.id ?? null;
  const { evaluationId, jobId } = await client.evaluations.create({
    name: 'tuned against base',
    promptSetId: set.id,
    a: { modelId, checkpointId },
    b: { modelId },
    sampling: { temperature: 0, repeatPenalty: 1, maxTokens: 48 },
    parallel: 4,
  });
  await waitForJob(client, jobId, wait);
  await client.evaluations.voteByRule({ id: evaluationId, rule: 'expected-answer' });
  await client.evaluations.reveal({ id: evaluationId });
  return evaluationId;
}

/** The report as data. */
export async function demoReport(client: CoreClient, id: string): Promise<EvaluationReport> {
  const { text } = await client.evaluations.report({ id, format: 'json' });
  return evaluationReportSchema.parse(z.json().parse(JSON.parse(text)));
}
