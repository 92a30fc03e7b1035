import { resolve } from 'node:path';
import type { ProbeInput } from '../../../../shared/domain/runs/probe.ts';
import { modelPath } from '../../../../shared/domain/model/model-parts.ts';
import { recipeSchema, type Recipe } from '../../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../../shared/domain/run.ts';
import {
  devSampleCount,
  maySamplesGrow,
  totalEpochs,
  totalSteps,
  warmupProblem,
} from '../../../../shared/domain/training-counts.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatBytes, formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { describeTime, describeTimeBasis } from '../../../../shared/text/time-estimate.ts';
import {
  describeRunMemory,
  formatLoss,
  heldOutText,
  moreSamplesText,
  perAnswerText,
} from '../../../../shared/text/training.ts';
import { defineCommand, positional, requiredOption, type Call } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { ensureModel } from '../../arguments/project-models.ts';
import { resolvePromptSet } from '../../arguments/prompt-set.ts';
import { describeSettings, parseSettings, resolveRecipe } from '../../arguments/settings.ts';
import { readStartAdapter } from '../../arguments/start-adapter.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { readTemplateFile, templateOption } from '../../arguments/template-file.ts';
import { planResume, resumeCommand } from './resume-run.ts';
import { samplesBeforehand } from './samples-beforehand.ts';
import { waitForRun, type StartedRun } from './wait-for-run.ts';

const options = {
  base: { type: 'string', value: 'FILE.gguf', description: 'the model to train' },
  dataset: { type: 'string', value: 'NAME', description: 'the frozen dataset to train on' },
  recipe: {
    type: 'string',
    value: 'NAME',
    description:
      'lima, lima-lora, quick, defaults (every field as below), or a .json file; default: the recipe that the project keeps, or defaults',
  },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change a recipe field' },
  template: templateOption,
  name: { type: 'string', value: 'RUN', description: 'name of the run' },
  probe: {
    type: 'string',
    value: 'FILE|SET',
    description: 'prompts answered at every epoch: a prompts file, a prompt set, or built-in',
  },
  'from-adapter': {
    type: 'string',
    value: 'FILE|RUN',
    description:
      'go on from an adapter: a GGUF file, a folder of PEFT, or a run (its picked or last epoch, or RUN@EPOCH); rank, alpha and targets are its',
  },
  'other-base': {
    type: 'boolean',
    description: 'take an adapter that was trained on another base; the run records it',
  },
  'dry-run': {
    type: 'boolean',
    description: 'start nothing: say how many steps it would be, how much memory and time',
  },
  resume: {
    type: 'string',
    value: 'RUN',
    description: 'go on with this run; the other options may only repeat what it was started with',
  },
} as const;

/** `lima train`: starts a run and waits for it. */
export const trainCommand = defineCommand({
  name: 'train',
  usage:
    'train P.lima (--base FILE.gguf --dataset NAME | --resume RUN) [--recipe NAME] ' +
    '[--set key=value]… [--template FILE] [--name RUN] [--probe FILE|SET] ' +
    '[--from-adapter FILE|RUN [--other-base]] [--dry-run]',
  summary: 'Fine-tune a GGUF on a dataset; Ctrl-C pauses, --resume goes on.',
  positionals: { min: 1, max: 1 },
  options,
  details: () => ['', 'Recipe fields (--set):', ...describeSettings(recipeSchema)],
  edits: true,
  async run(call) {
    if (call.options['dry-run'] === true) return await tellPlan(call);
    const start = await plan(call);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const started = await start(client);
    await waitForRun(client, started, call);
    const run = await client.runs.get({ id: started.runId });
    noteChanged(run, call.terminal);
    for (const { kind, message } of run.events) if (kind === 'warning') call.terminal.note(message);
    const last = run.checkpoints.at(-1);
    call.terminal.result(
      run,
      `Run "${run.name}" is done: ${formatQuantity(run.totalSteps, 'step')}, ` +
        `mean loss ${formatLoss(last?.meanLoss)}\n` +
        describeDevLosses(run) +
        (run.memory ? `memory ${describeRunMemory(run.memory)}\n` : '') +
        `checkpoint ${last?.path ?? 'none'}`,
    );
  },
});

/** What a run would be, without one: the project stays as it is. */
async function tellPlan(call: Call<typeof options>): Promise<void> {
  const { base, dataset: name, recipe: recipeName, set = [], template, resume } = call.options;
  if (resume !== undefined) throw new UsageError('--dry-run is for a new run, not for --resume.');
  const basePath = modelPath(resolve(requiredOption(base, 'base')));
  const datasetName = requiredOption(name, 'dataset');
  const own = await readTemplateFile(template);
  const named = await resolveRecipe(recipeName, set, { own });
  await using project = await openCoreWithProject({ ...call, edits: false });
  const { client } = project;
  const dataset = findNamed(await client.datasets.list(), datasetName, 'dataset');
  const model = (await client.models.list()).find(({ path }) => path === basePath);
  const adapter = model && (await wantedAdapter(client, call, model.id));
  const recipe = adapter ? await resolveRecipe(recipeName, set, { own, ...adapter }) : named;
  const time = model
    ? await client.runs.estimateTime({ modelId: model.id, datasetId: dataset.id, recipe })
    : null;
  const request = model && { modelId: model.id, datasetId: dataset.id, recipe };
  const encoded = request ? await samplesBeforehand(client, request, call) : null;
  const heldOut = encoded?.heldOut ?? devSampleCount(dataset.samples, recipe.devShare);
  const samples = encoded?.samples ?? dataset.samples - heldOut;
  const isCertain = encoded !== null || !maySamplesGrow(recipe);
  const problem = isCertain ? warmupProblem(samples, recipe) : '';
  if (problem !== '') throw new CommandError('INVALID_STATE', problem);
  const steps = totalSteps(samples, recipe);
  const memory = model ? await client.runs.planMemory({ modelId: model.id, recipe }) : null;
  const trial = model ? await tryTemplate(client, model.id, recipe) : null;
  const lines = [
    `${formatQuantity(steps, 'step')}: ${formatQuantity(totalEpochs(samples, recipe), 'epoch')} of ` +
      `${formatQuantity(samples, 'sample')}, ${formatCount(heldOut)} held out`,
    time && `time ${describeTime(time)}, ${describeTimeBasis(time)}`,
    (!encoded && time && moreSamplesText(time, recipe)) || null,
    memory &&
      `memory at most ${formatBytes(memory.totalBytes)} of ${formatBytes(memory.availableBytes)} free`,
    ...(trial?.remarks ?? []).map((remark) => `chat template: ${remark}`),
    encoded && encoded.text,
    model
      ? null
      : 'Time, memory and the fate of samples are told once the model was used in this project.',
    'Nothing was started.',
  ];
  const document = {
    steps,
    samples,
    heldOut,
    time,
    memory,
    trial,
    remarks: encoded?.remarks ?? null,
  };
  call.terminal.result(document, lines.filter((line) => line !== null).join('\n'));
}

async function tryTemplate(client: CoreClient, modelId: string, { chatTemplate }: Recipe) {
  const trial = await client.runs.tryTemplate({ modelId, chatTemplate });
  if (trial.problem !== '') throw new CommandError('INVALID_INPUT', trial.problem);
  return trial;
}

/** The loss of the held-out samples epoch by epoch, in a line of its own; empty without them. */
function describeDevLosses({ devLosses, encodeReport, recipe }: Run): string {
  if (devLosses.length === 0) return '';
  const losses = devLosses.map(({ loss }) => formatLoss(loss));
  const start = recipe.fromAdapter === '' ? 'base' : 'adapter it went on from';
  return `dev loss of ${heldOutText({ encodeReport })}, ${start} and by epoch: ${losses.join(' ')}\n`;
}

/** Says how many samples the trainer did not get as they are. */
function noteChanged({ encodeReport, recipe }: Run, terminal: Terminal): void {
  const { truncated = [], split = [], dropped = [], remarked = [] } = encodeReport ?? {};
  const { perAnswer = [], maxTokens } = encodeReport ?? {};
  if (perAnswer.length > 0) terminal.note(perAnswerText(perAnswer));
  const [first] = remarked;
  if (first)
    terminal.note(
      `${formatQuantity(remarked.length, 'sample')} may teach something else than meant; ` +
        `“${previewLine(first.prompt, 60)}”: ${previewLine(first.text, 400)}`,
    );
  if (truncated.length + split.length + dropped.length === 0) return;
  terminal.note(
    `Of the samples, ${truncated.length} were cut at ${maxTokens ?? recipe.maxTokens} tokens, ` +
      `${split.length} split and ${dropped.length} left out.`,
  );
}

/** The prompts of a set or a file; the word `built-in` means the few that come with the program. */
async function probeInput(
  client: CoreClient,
  text: string,
  { terminal }: Pick<Call, 'terminal'>,
): Promise<ProbeInput> {
  if (text === 'built-in') return { promptSetId: null };
  return { promptSetId: (await resolvePromptSet(client, text, terminal)).id };
}

/** Checks every word before the project is opened; what it returns starts the run. */
async function plan(call: Call<typeof options>) {
  const { base, dataset, recipe: recipeName, set = [], name, probe, resume } = call.options;
  const { 'from-adapter': adapterText, 'other-base': otherBase = false, template } = call.options;
  if (resume !== undefined && adapterText !== undefined)
    throw new UsageError('--from-adapter is for a new run: one that is resumed has its own.');
  if (resume !== undefined) return await planResume(resume, call);
  if (otherBase && adapterText === undefined)
    throw new UsageError('--other-base goes with --from-adapter.');
  const basePath = requiredOption(base, 'base');
  const datasetName = requiredOption(dataset, 'dataset');
  // What is wrong with the words is found before the project is opened.
  if (recipeName === undefined) parseSettings(recipeSchema, set);
  const own = await readTemplateFile(template);
  const named =
    recipeName === undefined ? undefined : await resolveRecipe(recipeName, set, { own });
  return async (client: CoreClient): Promise<StartedRun> => {
    const datasetId = findNamed(await client.datasets.list(), datasetName, 'dataset').id;
    const modelId = await ensureModel(client, basePath, call);
    const adapter = await wantedAdapter(client, call, modelId);
    const recipe =
      named && !adapter
        ? named
        : await resolveRecipe(recipeName, set, {
            own,
            kept: await keptRecipe(client),
            ...adapter,
          });
    const called = name === undefined ? {} : { name };
    const asked = probe === undefined ? {} : { probe: await probeInput(client, probe, call) };
    const input = { modelId, datasetId, recipe, ...adapter?.input, ...called, ...asked };
    const { runId, jobId } = await client.runs.start(input);
    const run = await client.runs.get({ id: runId });
    return { runId, jobId, resumeHint: resumeCommand(positional(call, 0), run) };
  };
}

/** What `--from-adapter` names: how a run is started from it, and what a recipe has to be. */
async function wantedAdapter(client: CoreClient, call: Call<typeof options>, modelId: string) {
  const { 'from-adapter': text, 'other-base': otherBase = false } = call.options;
  return text === undefined
    ? undefined
    : await readStartAdapter(client, { text, modelId, otherBase });
}

/** The recipe that the project itself keeps; what its newest run had a script has to name. */
async function keptRecipe(client: CoreClient): Promise<Recipe | undefined> {
  const { recipe } = await client.project.defaults();
  return recipe?.origin === 'project' ? recipe.value : undefined;
}
