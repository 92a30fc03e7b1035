import type { StudySummary } from '../../../../shared/contract/studies.ts';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { endpointIn, networkOption } from '../../arguments/endpoint-word.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { resolveContestant } from '../../arguments/project-models.ts';
import { dialoguesOption, resolvePromptSet } from '../../arguments/prompt-set.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { readSystemSettings, systemSettingOptions } from '../../arguments/system-settings.ts';
import {
  defineCommand,
  otherBaseOption,
  positional,
  wholeNumber,
  type Call,
} from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const several = { type: 'string', multiple: true } as const;

const options = {
  focus: {
    type: 'string',
    value: 'SYSTEM',
    description:
      'the system that each other one is compared with: FILE.gguf, FILE.gguf+RUN, +RUN@epoch, answers:NAME or http://HOST:PORT/v1#MODEL',
  },
  against: {
    ...several,
    value: 'SYSTEM',
    description: 'another system; may be given more than once',
  },
  'round-robin': {
    ...several,
    value: 'SYSTEM',
    description: 'instead: a system of a study of all against all; give two or more',
  },
  prompts: {
    ...several,
    value: 'SET|FILE',
    description: 'the prompts that all answer; may be given more than once',
  },
  'prompts-count': {
    type: 'string',
    value: 'N',
    description: 'of each set only this many prompts, chosen by the seed',
  },
  overlap: {
    type: 'string',
    value: 'PERCENT',
    description: 'share of comparisons that every annotator votes on; default 100',
  },
  calibration: {
    type: 'string',
    value: 'N',
    description: 'so many comparisons come first for everybody; default 0',
  },
  parallel: {
    type: 'string',
    value: 'N',
    description: 'answers side by side at most; default 16',
  },
  seed: {
    type: 'string',
    value: 'N',
    description:
      'seed of the choice and the queues; sides take the next ones that no evaluation has',
  },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
  ...systemSettingOptions,
  ...dialoguesOption,
  resume: { type: 'boolean', description: 'make the answers that a study lacks, after any stop' },
  'both-bad': { type: 'boolean', description: 'let voters say that both answers are bad, too' },
  ...networkOption,
  ...otherBaseOption,
} as const;

/** `lima study`: several systems answer the same prompts, every pair in one blind queue. */
export const studyCommand = defineCommand({
  name: 'study',
  usage:
    'study P.lima NAME (--focus SYSTEM --against SYSTEM… | --round-robin SYSTEM…) --prompts SET|FILE… [--dialogues] ' +
    '[--prompts-count N] [--overlap PERCENT] [--calibration N] [--parallel N] [--seed N] [--set key=value]… ' +
    '[--template SYSTEM=FILE]… [--few-shot SYSTEM=FILE|default]… [--both-bad] [--network] [--other-base] | --resume [--network]',
  summary: 'Let several systems answer the same prompts, for blind votes on every pair.',
  positionals: { min: 2, max: 2 },
  options,
  details: () => [
    '',
    'An option that may be given more than once is named each time: --against A --against B.',
    'An answer that is stored (same system, prompt, sampling and seed) is never made again.',
    '',
    'Sampling (--set):',
    ...describeSettings(samplingSchema),
  ],
  edits: true,
  async run(call) {
    const start = call.options.resume ? resuming(call) : await creating(call);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { studyId, jobId } = await start(client);
    call.terminal.note(`Study ${studyId}`);
    if (jobId !== null) await waitForJob(client, { jobId, kind: 'study' }, call);
    const summary = await client.studies.get({ id: studyId });
    tellFailures(summary, call.terminal);
    call.terminal.result(
      { studyId, ...summary },
      `${summary.id}\n${formatQuantity(summary.answers, 'answer')}, ` +
        `${formatQuantity(summary.comparisons - summary.failed, 'comparison')} to vote on: lima vote`,
    );
  },
});

type Start = (client: CoreClient) => Promise<{ studyId: string; jobId: string | null }>;

function resuming(call: Call<typeof options>): Start {
  const other = Object.keys(options).find(
    (name) =>
      !['resume', 'network'].includes(name) &&
      Object.entries(call.options).some(([given]) => given === name),
  );
  if (other)
    throw new UsageError(`--${other} cannot be changed by --resume: it goes on with the study.`);
  return async (client) => {
    const study = findNamed(await client.studies.list(), positional(call, 1), 'study');
    const isWhole = study.answered >= study.answers;
    if (call.options.network)
      await client.network.setEnabled({ isEnabled: true, untilClosed: true });
    if (study.jobId !== null && !isWhole) await resumeJob(client, study.jobId, call);
    return { studyId: study.id, jobId: isWhole ? null : study.jobId };
  };
}

async function creating(call: Call<typeof options>): Promise<Start> {
  const words = await readWords(call);
  for (const word of words.systems) endpointIn(word);
  return async (client) => {
    const { network = false, 'other-base': otherBase = false } = call.options;
    const wait = { ...call, otherBase, network };
    const systems = [];
    for (const [at, word] of words.systems.entries())
      systems.push({ ...(await resolveContestant(client, word, wait)), ...words.asked[at] });
    const promptSetIds: string[] = [];
    for (const word of words.prompts)
      promptSetIds.push(
        (await resolvePromptSet(client, word, call.terminal, call.options.dialogues)).id,
      );
    return await client.studies.create({ ...words.settings, systems, promptSetIds });
  };
}

/** Everything that can be wrong with the words is found before the project is opened. */
async function readWords(call: Call<typeof options>) {
  const { options: given } = call;
  const prompts = given.prompts ?? [];
  if (prompts.length === 0)
    throw new UsageError('--prompts is missing: name a prompt set of the project, or a file.');
  const sampling = parseSettings(samplingSchema, given.set ?? []);
  const numbers = {
    prompts: wholeNumber(given['prompts-count'], 'prompts-count', 1),
    overlapPercent: wholeNumber(given.overlap, 'overlap', 0, 100),
    calibrationItems: wholeNumber(given.calibration, 'calibration', 0, 1000),
    parallel: wholeNumber(given.parallel, 'parallel', 1, 64),
    seed: wholeNumber(given.seed, 'seed', 0, 4_294_967_295),
  };
  const name = positional(call, 1);
  const { systems } = systemsOf(given);
  return {
    systems,
    asked: await readSystemSettings(systems, given),
    prompts,
    settings: {
      ...settingsOf(given),
      ...numbers,
      name,
      sampling,
      bothBad: given['both-bad'] ?? false,
    },
  };
}

const settingsOf = (given: Call<typeof options>['options']) => ({
  design: given.focus === undefined ? ('round-robin' as const) : ('focus' as const),
});

function systemsOf(given: Call<typeof options>['options']): { systems: string[] } {
  const [against, robin] = [given.against ?? [], given['round-robin'] ?? []];
  if (given.focus !== undefined) {
    if (robin.length > 0)
      throw new UsageError('--round-robin compares all with all: leave --focus and --against out.');
    if (against.length === 0)
      throw new UsageError('--against is missing: name at least one system to compare with.');
    return { systems: [given.focus, ...against] };
  }
  if (against.length > 0)
    throw new UsageError('--focus is missing: name the system that the others are compared with.');
  if (robin.length < 2)
    throw new UsageError(
      'Name the systems: --focus SYSTEM --against SYSTEM…, or --round-robin for two or more.',
    );
  return { systems: robin };
}

/** Says what lacks an answer; a study without a single pair has failed as a whole. */
function tellFailures(
  { id, comparisons, failed, failures }: StudySummary,
  terminal: Terminal,
): void {
  if (failed === 0) return;
  for (const reason of new Set(failures.map((failure) => failure.reason)))
    terminal.note(`Comparisons without a vote: ${reason}`);
  terminal.note(`${formatCount(failed)} of ${formatQuantity(comparisons, 'comparison')} failed.`);
  if (failed === comparisons)
    throw new CommandError(
      'NOTHING_ANSWERED',
      `No prompt has answers of two systems: ${failures[0]?.reason ?? ''}`,
      { studyId: id, failures },
    );
}
