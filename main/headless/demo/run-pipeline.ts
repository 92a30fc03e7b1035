import { formatQuantity } from '../../../shared/text/numbers.ts';
import { z } from 'zod';
import type { ImportReport } from '../../../shared/contract/curate.ts';
import {
  evaluationReportSchema,
  type EvaluationReport,
} from '../../../shared/domain/report/evaluation-report.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { ensureModel } from '../arguments/project-models.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { waitForJob, type WaitOptions } from '../cli/wait-for-job.ts';

/** What to teach which model, and what to ask it before and after. */
export interface PipelinePlan {
  modelPath: string;
  samplesPath: string;
  promptsPath: string;
  /** Ask only this many of the prompts, chosen by a seed. */
  prompts?: number;
  recipe: Recipe;
}

/** What a pipeline leaves in its project; the import of the samples comes first. */
export interface PipelineResult {
  imports: ImportReport[];
  run: Run;
  evaluationId: string;
}

/** A step of the demo: told before it starts. */
export type Tell = (step: string) => void;

/** Import → review → freeze → train → compare, through the contract every shell uses. */
export async function runPipeline(
  client: CoreClient,
  plan: PipelinePlan,
  wait: WaitOptions,
  tell: Tell,
): Promise<PipelineResult> {
  tell('Import and accept questions and answers about some countries, freeze a dataset');
  const imports = [await importAndWait(client, plan.samplesPath, wait)];
  await client.samples.review({ action: 'accept', selection: { filter: {} } });
  const dataset = await client.datasets.freeze({ name: 'questions' });
  const modelId = await ensureModel(client, plan.modelPath, wait);
  tell(
    `Train a LoRA adapter on ${formatQuantity(dataset.samples, 'sample')}, ${formatQuantity(plan.recipe.epochs, 'epoch')}`,
  );
  const started = await client.runs.start({
    name: 'answers',
    modelId,
    datasetId: dataset.id,
    recipe: plan.recipe,
  });
  await waitForJob(client, { jobId: started.jobId, kind: 'train' }, wait);
  const run = await client.runs.get({ id: started.runId });
  tell('Ask the base and the tuned model about countries that no sample mentions');
  const evaluationId = await compare(client, { ...plan, modelId, run }, wait);
  return { run, imports, evaluationId };
}

/** Imports a file; its samples stay pending. */
export async function importAndWait(
  client: CoreClient,
  path: string,
  wait: WaitOptions,
): Promise<ImportReport> {
  const { jobId } = await client.imports.start({ path });
  return await waitForJob(client, { jobId, kind: 'import' }, wait);
}

async function compare(
  client: CoreClient,
  { modelId, run, promptsPath, prompts }: PipelinePlan & { modelId: string; run: Run },
  wait: WaitOptions,
): Promise<string> {
  const { set } = await client.prompts.import({ path: promptsPath, name: 'held out' });
  const checkpointId = run.checkpoints.at(-1)?.id ?? null;
  const { evaluationId, jobId } = await client.evaluations.create({
    name: 'tuned against base',
    promptSetId: set.id,
    a: { modelId, checkpointId },
    b: { modelId },
    sampling: { temperature: 0, repeatPenalty: 1, maxTokens: 32 },
    parallel: 16,
    ...(prompts !== undefined && { prompts }),
  });
  await waitForJob(client, { jobId, kind: 'generate' }, wait);
  await client.evaluations.voteByRule({ id: evaluationId, rule: 'expected-answer' });
  await client.evaluations.reveal({ id: evaluationId });
  return evaluationId;
}

/** The report of a comparison as data. */
export async function reportOf(client: CoreClient, id: string): Promise<EvaluationReport> {
  const { text } = await client.evaluations.report({ id, format: 'json' });
  return evaluationReportSchema.parse(z.json().parse(JSON.parse(text)));
}
