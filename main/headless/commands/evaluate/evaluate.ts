import { basename } from 'node:path';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import { defineCommand, positional, requiredOption, wholeNumber } from '../../cli/command.ts';
import { formatItems } from '../../cli/format-values.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { resolveSystem } from '../../arguments/project-models.ts';
import { resolvePromptSet } from '../../arguments/prompt-set.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

/** `lima evaluate`: two systems answer the same prompts, ready for blind votes. */
export const evaluateCommand = defineCommand({
  name: 'evaluate',
  usage:
    'evaluate P.lima --a SYSTEM --b SYSTEM --prompts SET|FILE [--name NAME] [--prompts-count N] ' +
    '[--parallel N] [--seed N] [--set key=value]…',
  summary: 'Let two systems answer the same prompts, for blind votes.',
  positionals: { min: 1, max: 1 },
  options: {
    a: { type: 'string', value: 'SYSTEM', description: 'FILE.gguf, FILE.gguf+RUN or +RUN@epoch' },
    b: { type: 'string', value: 'SYSTEM', description: 'the other system' },
    prompts: { type: 'string', value: 'SET|FILE', description: 'the prompts both answer' },
    name: { type: 'string', value: 'NAME', description: 'name; default made of the two systems' },
    'prompts-count': {
      type: 'string',
      value: 'N',
      description: 'compare only this many prompts, chosen by the seed',
    },
    parallel: { type: 'string', value: 'N', description: 'answers side by side; default 4' },
    seed: { type: 'string', value: 'N', description: 'seed of the choice and of the sides' },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
  },
  details: () => ['', 'Sampling (--set):', ...describeSettings(samplingSchema)],
  async run(call) {
    const { options, terminal } = call;
    const names = { a: requiredOption(options.a, 'a'), b: requiredOption(options.b, 'b') };
    const promptsText = requiredOption(options.prompts, 'prompts');
    const sampling = parseSettings(samplingSchema, options.set ?? []);
    const prompts = wholeNumber(options['prompts-count'], 'prompts-count', 1);
    const parallel = wholeNumber(options.parallel, 'parallel', 1);
    const seed = wholeNumber(options.seed, 'seed', 0);
    await using project = await openCoreWithProject(positional(call, 0));
    const { client } = project;
    const a = await resolveSystem(client, names.a, call);
    const b = await resolveSystem(client, names.b, call);
    const promptSet = await resolvePromptSet(client, promptsText, terminal);
    const { evaluationId, jobId } = await client.evaluations.create({
      name: options.name ?? `${basename(names.a)} and ${basename(names.b)}`.slice(0, 100),
      promptSetId: promptSet.id,
      a,
      b,
      sampling,
      ...(prompts !== undefined && { prompts }),
      ...(parallel !== undefined && { parallel }),
      ...(seed !== undefined && { seed }),
    });
    terminal.note(`Evaluation ${evaluationId}`);
    await waitForJob(client, jobId, call);
    const summary = await client.evaluations.get({ id: evaluationId });
    terminal.result(
      { evaluationId, ...summary },
      `${summary.id}\n${formatItems(summary.comparisons, 'comparison')} to vote on: lima vote`,
    );
  },
});
