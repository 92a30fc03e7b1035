import { freeName } from '../../../../shared/domain/evaluate/evaluation.ts';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import {
  defineCommand,
  otherBaseOption,
  requiredOption,
  wholeNumber,
  type Call,
} from '../../cli/command.ts';
import type { EvaluationSummary } from '../../../../shared/contract/evaluate.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { endpointIn, networkOption } from '../../arguments/endpoint-word.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { namesAnswers, resolveContestant } from '../../arguments/project-models.ts';
import { dialoguesOption, resolvePromptSet } from '../../arguments/prompt-set.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { fewShotOption, readFewShotFile } from '../../arguments/few-shot-file.ts';
import { readTemplateFile, templateOption } from '../../arguments/template-file.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const options = {
  a: {
    type: 'string',
    value: 'SYSTEM',
    description: 'FILE.gguf, FILE.gguf+RUN, +RUN@epoch, answers:NAME or http://HOST:PORT/v1#MODEL',
  },
  b: { type: 'string', value: 'SYSTEM', description: 'the other system' },
  prompts: { type: 'string', value: 'SET|FILE', description: 'the prompts both answer' },
  extend: {
    type: 'string',
    value: 'EVALUATION',
    description: 'compare the systems of a revealed evaluation on further prompts instead',
  },
  resume: {
    type: 'string',
    value: 'EVALUATION',
    description: 'make the answers that an evaluation lacks instead, after any stop',
  },
  name: {
    type: 'string',
    value: 'NAME',
    description: 'name, shown to whoever votes: default “Evaluation N”',
  },
  'prompts-count': {
    type: 'string',
    value: 'N',
    description: 'compare only this many prompts, chosen by the seed',
  },
  parallel: {
    type: 'string',
    value: 'N',
    description: 'answers side by side at most; default 16',
  },
  seed: {
    type: 'string',
    value: 'N',
    description: 'seed of the choice; sides take the next one that no evaluation has',
  },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
  'template-a': { ...templateOption, description: `of A: ${templateOption.description}` },
  'template-b': { ...templateOption, description: `of B: ${templateOption.description}` },
  'few-shot-a': { ...fewShotOption, description: `of A: ${fewShotOption.description}` },
  'few-shot-b': { ...fewShotOption, description: `of B: ${fewShotOption.description}` },
  ...dialoguesOption,
  'both-bad': { type: 'boolean', description: 'let voters say that both answers are bad, too' },
  ...networkOption,
  ...otherBaseOption,
} as const;

/** `lima evaluate`: two systems answer the same prompts, ready for blind votes. */
export const evaluateCommand = defineCommand({
  name: 'evaluate',
  usage:
    'evaluate P.lima --a SYSTEM --b SYSTEM --prompts SET|FILE [--dialogues] [--name NAME] [--prompts-count N] ' +
    '[--parallel N] [--seed N] [--set key=value]… [--template-a FILE] [--template-b FILE] ' +
    '[--few-shot-a FILE|default] [--few-shot-b FILE|default] [--both-bad] [--network] [--other-base] ' +
    '| --extend EVALUATION --prompts-count N [--prompts SET|FILE [--dialogues]] [--network] ' +
    '| --resume EVALUATION [--network]',
  summary: 'Let two systems answer the same prompts, for blind votes.',
  positionals: { min: 1, max: 1 },
  options,
  details: () => ['', 'Sampling (--set):', ...describeSettings(samplingSchema)],
  edits: true,
  async run(call) {
    const start = await starting(call);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { evaluationId, jobId } = await start(client);
    call.terminal.note(`Evaluation ${evaluationId}`);
    await answeredEvaluation(client, { evaluationId, jobId }, call);
  },
});

async function starting(call: Call<typeof options>): Promise<Start> {
  const { extend, resume } = call.options;
  if (extend !== undefined && resume !== undefined)
    throw new UsageError('--extend and --resume: name one of them.');
  if (resume !== undefined) return resuming(call);
  return extend === undefined ? await creating(call) : extending(call);
}

/** Waits until an evaluation is answered, and tells what can be voted on. */
export async function answeredEvaluation(
  client: CoreClient,
  { evaluationId, jobId }: Started,
  call: Pick<Call, 'terminal' | 'signal'>,
): Promise<void> {
  if (jobId !== null) await waitForJob(client, { jobId, kind: 'generate' }, call);
  const summary = await client.evaluations.get({ id: evaluationId });
  tellFailures(summary, call.terminal);
  call.terminal.result(
    { evaluationId, ...summary },
    `${summary.id}\n${formatQuantity(summary.comparisons - summary.failed, 'comparison')} to vote on: lima vote`,
  );
}

/** Says what lacks an answer; an evaluation without a single pair has failed as a whole. */
function tellFailures(summary: EvaluationSummary, terminal: Terminal): void {
  const { id, comparisons, failed, failures } = summary;
  for (const { ordinal, reason } of failures)
    terminal.note(`Comparison ${ordinal + 1} has no vote: ${reason}`);
  if (failed > 0)
    terminal.note(`${failed} of ${formatQuantity(comparisons, 'comparison')} failed.`);
  if (failed > 0 && failed === comparisons)
    throw new CommandError(
      'NOTHING_ANSWERED',
      `No prompt has an answer of both systems: ${failures[0]?.reason ?? ''}`,
      { evaluationId: id, failures },
    );
}

/** An evaluation, with the job that makes its answers; null where none is missing. */
interface Started {
  evaluationId: string;
  jobId: string | null;
}
type Start = (client: CoreClient) => Promise<Started>;

const resumingOptions = new Set(['resume', 'network']);

function resuming(call: Call<typeof options>): Start {
  const given = Object.entries(call.options).flatMap(([name, value]) =>
    value === undefined || !(name in options) ? [] : name,
  );
  const other = given.find((name) => !resumingOptions.has(name));
  if (other !== undefined)
    throw new UsageError(
      `--${other} cannot be changed by --resume: it goes on with the evaluation.`,
    );
  return async (client) => {
    const { resume = '', network } = call.options;
    const { id, jobId, comparisons, generatedA, generatedB } = findNamed(
      await client.evaluations.list(),
      resume,
      'evaluation',
    );
    const isWhole = generatedA + generatedB >= 2 * comparisons;
    if (isWhole || jobId === null) return { evaluationId: id, jobId: null };
    if (network) await client.network.setEnabled({ isEnabled: true, untilClosed: true });
    await resumeJob(client, jobId, call);
    return { evaluationId: id, jobId };
  };
}

async function creating(call: Call<typeof options>): Promise<Start> {
  const words = await readWords(call);
  return async (client) => await createEvaluation(client, words, call);
}

/** What the systems of an evaluation are, and how they are asked, stays when it is extended. */
const fixedOptions = [
  'a',
  'b',
  'name',
  'parallel',
  'seed',
  'set',
  'template-a',
  'template-b',
  'few-shot-a',
  'few-shot-b',
  'both-bad',
  'other-base',
] as const;

function extending({ options: given, terminal }: Call<typeof options>): Start {
  const other = fixedOptions.find((name) => given[name] !== undefined);
  if (other !== undefined)
    throw new UsageError(`--${other} cannot be changed by --extend: it compares the same systems.`);
  const prompts = wholeNumber(
    requiredOption(given['prompts-count'], 'prompts-count'),
    'prompts-count',
    1,
  );
  return async (client) => {
    if (given.network) await client.network.setEnabled({ isEnabled: true, untilClosed: true });
    const { id } = findNamed(await client.evaluations.list(), given.extend ?? '', 'evaluation');
    const set =
      given.prompts && (await resolvePromptSet(client, given.prompts, terminal, given.dialogues));
    return await client.evaluations.extend({
      id,
      prompts: prompts ?? 1,
      ...(set && { promptSetId: set.id }),
    });
  };
}

/** Everything that can be wrong with the words is found before the project is opened. */
async function readWords({ options: given }: Call<typeof options>) {
  const systems = { a: requiredOption(given.a, 'a'), b: requiredOption(given.b, 'b') };
  for (const key of ['a', 'b'] as const)
    for (const option of [`template-${key}`, `few-shot-${key}`] as const)
      if (namesAnswers(systems[key]) && given[option] !== undefined)
        throw new UsageError(`--${option}: imported answers are asked nothing.`);
  for (const key of ['a', 'b'] as const)
    if (endpointIn(systems[key]) && given[`template-${key}`] !== undefined)
      throw new UsageError(`--template-${key}: an endpoint has a chat template of its own.`);
  const promptSet = requiredOption(given.prompts, 'prompts');
  const sampling = parseSettings(samplingSchema, given.set ?? []);
  const prompts = wholeNumber(given['prompts-count'], 'prompts-count', 1);
  const parallel = wholeNumber(given.parallel, 'parallel', 1, 64);
  const seed = wholeNumber(given.seed, 'seed', 0, 4_294_967_295);
  return {
    systems,
    asked: {
      a: {
        ...(await readTemplateFile(given['template-a'])),
        ...(await readFewShotFile(given['few-shot-a'])),
      },
      b: {
        ...(await readTemplateFile(given['template-b'])),
        ...(await readFewShotFile(given['few-shot-b'])),
      },
    },
    promptSet,
    asDialogues: given.dialogues ?? false,
    otherBase: given['other-base'] ?? false,
    network: given.network ?? false,
    settings: {
      name: given.name,
      sampling,
      bothBad: given['both-bad'] ?? false,
      ...(prompts !== undefined && { prompts }),
      ...(parallel !== undefined && { parallel }),
      ...(seed !== undefined && { seed }),
    },
  };
}

async function createEvaluation(
  client: CoreClient,
  {
    systems,
    asked,
    promptSet,
    asDialogues,
    otherBase,
    network,
    settings,
  }: Awaited<ReturnType<typeof readWords>>,
  call: Pick<Call, 'terminal' | 'signal'>,
) {
  const wait = { ...call, otherBase, network };
  const a = { ...(await resolveContestant(client, systems.a, wait)), ...asked.a };
  const b = { ...(await resolveContestant(client, systems.b, wait)), ...asked.b };
  const { id: promptSetId } = await resolvePromptSet(client, promptSet, call.terminal, asDialogues);
  const name = settings.name ?? freeName(await client.evaluations.list());
  return await client.evaluations.create({ ...settings, name, promptSetId, a, b });
}
