import { canResumeJob } from '../../../../shared/domain/job.ts';
import { recipeSchema, type Recipe } from '../../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../../shared/domain/run.ts';
import { templateSummary } from '../../../../shared/domain/recipe/setting-fields.ts';
import { shellWord } from '../../../../shared/text/foreign-text.ts';
import { positional, type Call } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { findNamed } from '../../arguments/find-named.ts';
import type { CoreClient } from '../../cli/open-core.ts';
import { ensureModel } from '../../arguments/project-models.ts';
import { readTemplateFile } from '../../arguments/template-file.ts';
import { resolveRecipe } from '../../arguments/settings.ts';
import type { StartedRun } from './wait-for-run.ts';

/** Options of `lima train` that describe the run; with `--resume` they may only repeat it. */
interface RunOptions {
  base?: string;
  dataset?: string;
  recipe?: string;
  set?: string[];
  name?: string;
  probe?: string;
  template?: string;
}

type ResumeCall = Omit<Call, 'options'> & { options: RunOptions };

/** The command that goes on with a run, as a sentence. */
export function resumeCommand(projectPath: string, { name }: Pick<Run, 'name'>): string {
  return `Go on with: lima train ${shellWord(projectPath)} --resume ${shellWord(name)}`;
}

/** Checks the words of `--resume RUN`; what it returns puts the run back into the queue. */
export async function planResume(reference: string, call: ResumeCall) {
  const { name, probe, recipe, set = [], template } = call.options;
  if (name !== undefined || probe !== undefined)
    throw new UsageError(
      `--${name === undefined ? 'probe' : 'name'} is for a new run; a resumed one keeps its own`,
    );
  const wanted = await resolveRecipe(recipe, set, { own: await readTemplateFile(template) });
  return async (client: CoreClient): Promise<StartedRun> => {
    const run = findNamed(await client.runs.list(), reference, 'run');
    const differences = [
      ...(await modelDifference(client, run, call)),
      ...(await datasetDifference(client, run, call.options.dataset)),
      ...recipeDifferences(run, wanted, call.options),
    ];
    if (differences.length > 0) throw notThatRun(run, differences);
    const job = await client.jobs.get({ id: run.jobId });
    if (!canResumeJob(job)) throw notResumable(run);
    await resumeJob(client, run.jobId, call);
    const resumeHint = resumeCommand(positional(call, 0), run);
    return { runId: run.id, jobId: run.jobId, resumeHint };
  };
}

function notThatRun(run: Run, differences: readonly string[]): CommandError {
  return new CommandError(
    'INVALID_STATE',
    `Run "${run.name}" was started with other settings: ${differences.join('; ')}. Leave these ` +
      `options out to go on with it, or leave --resume out to start a new run.`,
    { runId: run.id },
  );
}

function notResumable(run: Run): CommandError {
  const why = run.state === 'succeeded' ? 'it is done' : `it is ${run.state}`;
  return new CommandError('INVALID_STATE', `Run "${run.name}" cannot be resumed: ${why}.`, {
    runId: run.id,
    state: run.state,
  });
}

async function modelDifference(
  client: CoreClient,
  run: Run,
  { options: { base }, terminal, signal }: ResumeCall,
): Promise<string[]> {
  if (base === undefined) return [];
  const modelId = await ensureModel(client, base, { terminal, signal });
  return modelId === run.modelId ? [] : [`its base is ${run.modelName}, not ${base}`];
}

async function datasetDifference(
  client: CoreClient,
  run: Run,
  dataset: string | undefined,
): Promise<string[]> {
  if (dataset === undefined) return [];
  const { id } = findNamed(await client.datasets.list(), dataset, 'dataset');
  return id === run.datasetId ? [] : [`its dataset is ${run.datasetName}, not ${dataset}`];
}

/** With `--recipe` every field was asked for, else those of `--set`. */
function recipeDifferences(
  run: Run,
  wanted: Recipe,
  { recipe, set = [], template }: RunOptions,
): string[] {
  const fields = recipeSchema.keyof().options;
  const named = set.map((word) => word.split('=')[0]);
  if (template !== undefined) named.push('chatTemplate');
  const asked = recipe === undefined ? fields.filter((field) => named.includes(field)) : fields;
  return asked
    .filter((field) => JSON.stringify(run.recipe[field]) !== JSON.stringify(wanted[field]))
    .map((field) => `${field} is ${valueOf(run.recipe, field)}, not ${valueOf(wanted, field)}`);
}

const valueOf = (recipe: Recipe, field: keyof Recipe) =>
  field === 'chatTemplate' ? templateSummary(recipe.chatTemplate) : recipe[field];
