import { recipeSchema } from '../../../shared/domain/recipe.ts';
import type { Run, RunMetric } from '../../../shared/domain/run.ts';
import { defineCommand, positional, requiredOption, type Call } from '../command.ts';
import { findNamed } from '../find-named.ts';
import { formatCount } from '../format-values.ts';
import { openProject, type CoreClient } from '../open-core.ts';
import { ensureModel } from '../project-models.ts';
import { resolveRecipe } from '../recipe-argument.ts';
import { describeSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { waitForJob } from '../wait-for-job.ts';

const options = {
  base: { type: 'string', value: 'FILE.gguf', description: 'the model to train' },
  dataset: { type: 'string', value: 'NAME', description: 'the frozen dataset to train on' },
  recipe: {
    type: 'string',
    value: 'NAME',
    description: 'lima, quick, or a .json file; default: every field as below',
  },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change a recipe field' },
  name: { type: 'string', value: 'RUN', description: 'name of the run' },
} as const;

/** `lima train`: starts a run and waits for it. */
export const train = defineCommand({
  name: 'train',
  usage:
    'train P.lima --base FILE.gguf --dataset NAME [--recipe NAME] [--set key=value]… [--name RUN]',
  summary: 'Fine-tune a GGUF on a dataset; Ctrl-C keeps the adapters of finished epochs.',
  positionals: { min: 1, max: 1 },
  options,
  details: () => ['', 'Recipe fields (--set):', ...describeSettings(recipeSchema)],
  async run(call) {
    const start = await plan(call);
    await using project = await openProject(positional(call, 0));
    const { client } = project;
    const { runId, jobId } = await start(client);
    await waitForRun(client, { runId, jobId }, call);
    const run = await client.runs.get({ id: runId });
    noteChanged(run, call.terminal);
    const last = run.checkpoints.at(-1);
    call.terminal.result(
      run,
      `Run "${run.name}" is done: ${formatCount(run.totalSteps)} steps, ` +
        `mean loss ${last?.meanLoss.toFixed(4) ?? 'unknown'}\nadapter ${last?.path ?? 'none'}`,
    );
  },
});

/** Says how many samples the trainer did not get as they are. */
function noteChanged({ encodeReport, recipe }: Run, terminal: Terminal): void {
  const { truncated = [], split = [], dropped = [] } = encodeReport ?? {};
  if (truncated.length + split.length + dropped.length === 0) return;
  terminal.note(
    `Of the samples, ${truncated.length} were cut at ${recipe.maxTokens} tokens, ` +
      `${split.length} split and ${dropped.length} left out.`,
  );
}

interface StartedRun {
  runId: string;
  jobId: string;
}

/** Checks every word before the project is opened; what it returns starts the run. */
async function plan(call: Call<typeof options>) {
  const { base, dataset, recipe: recipeName, set = [], name } = call.options;
  const basePath = requiredOption(base, 'base');
  const datasetName = requiredOption(dataset, 'dataset');
  const recipe = await resolveRecipe(recipeName, set);
  return async (client: CoreClient): Promise<StartedRun> => {
    const datasetId = findNamed(await client.datasets.list(), datasetName, 'dataset').id;
    const modelId = await ensureModel(client, basePath, call);
    return await client.runs.start({
      modelId,
      datasetId,
      recipe,
      ...(name !== undefined && { name }),
    });
  };
}

/** Waits for the run's job; the newest metric is part of the progress line. */
async function waitForRun(
  client: CoreClient,
  { runId, jobId }: StartedRun,
  { terminal, signal }: Call,
): Promise<void> {
  let latest: RunMetric | undefined;
  const stop = new AbortController();
  const watching = (async () => {
    for await (const { metrics } of await client.runs.metrics({ runId }, { signal: stop.signal }))
      latest = metrics.at(-1) ?? latest;
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) terminal.note(`Metrics are not shown: ${String(error)}`);
  });
  try {
    const detail = () => ({ text: metricText(latest), document: { metric: latest ?? null } });
    await waitForJob(client, jobId, { terminal, signal, detail });
  } finally {
    stop.abort();
    await watching;
  }
}

/** A metric in words: epoch, step, loss, learning rate, speed. */
function metricText(metric: RunMetric | undefined): string {
  if (!metric) return '';
  return [
    `epoch ${metric.epoch.toFixed(2)}`,
    `step ${formatCount(metric.step)}`,
    `loss ${metric.loss.toFixed(4)}`,
    `lr ${metric.learningRate.toExponential(2)}`,
    `${formatCount(Math.round(metric.tokensPerSecond))} tokens/s`,
  ].join(' · ');
}
