import { freeName } from '../../../../shared/domain/evaluate/evaluation.ts';
import { samplingSchema, type SystemSpec } from '../../../../shared/domain/identity.ts';
import type { RunComparison } from '../../../../shared/domain/runs/run-comparison.ts';
import type { Run } from '../../../../shared/domain/run.ts';
import { dialogueStepText } from '../../../../shared/text/run-comparison.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { checkpointOfEpoch } from '../../arguments/project-models.ts';
import { resolvePromptSet } from '../../arguments/prompt-set.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { defineCommand, positional, requiredOption, wholeNumber } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { answeredEvaluation } from './evaluate.ts';

/** `lima dialogues`: two runs that differ in dialogues alone, compared blind in dialogues. */
export const dialoguesCommand = defineCommand({
  name: 'dialogues',
  usage:
    'dialogues P.lima RUN RUN --prompts SET|FILE [--name NAME] [--parallel N] [--seed N] [--set key=value]… [--anyway]',
  summary: 'Compare two runs in dialogues, for blind votes: LIMA’s zero-shot against 30 dialogues.',
  positionals: { min: 3, max: 3 },
  options: {
    prompts: {
      type: 'string',
      value: 'SET|FILE',
      description: 'dialogues to ask; of conversations in a file every user turn is asked',
    },
    name: {
      type: 'string',
      value: 'NAME',
      description: 'name, shown to whoever votes: default “Evaluation N”',
    },
    parallel: {
      type: 'string',
      value: 'N',
      description: 'answers side by side at most; default 16',
    },
    seed: {
      type: 'string',
      value: 'N',
      description: 'seed of the sides, or the next one that no evaluation has',
    },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
    anyway: { type: 'boolean', description: 'also where the runs differ in other things' },
  },
  details: () => [
    '',
    'The run with more dialogues is system A. The last checkpoint of each run answers.',
    '',
    'Sampling (--set):',
    ...describeSettings(samplingSchema),
  ],
  edits: true,
  async run(call) {
    const { options: given, terminal } = call;
    const names = [positional(call, 1), positional(call, 2)];
    if (names[0] === names[1])
      throw new UsageError('A run is compared with another one: name two runs.');
    const prompts = requiredOption(given.prompts, 'prompts');
    const sampling = parseSettings(samplingSchema, given.set ?? []);
    const parallel = wholeNumber(given.parallel, 'parallel', 1, 64);
    const seed = wholeNumber(given.seed, 'seed', 0, 4_294_967_295);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const list = await client.runs.list();
    const runs = names.map((name) => findNamed(list, name, 'run'));
    const comparison = await client.runs.compare({ ids: runs.map(({ id }) => id) });
    const [a, b] = inOrder(comparison, runs, given.anyway ?? false).map(lastSystem);
    if (!a || !b) throw new RangeError('A comparison of two runs has two systems');
    if (comparison.dialogueStep !== null) terminal.note(dialogueStepText(comparison));
    const promptSetId = await dialogueSet(client, prompts, call);
    const name = given.name ?? freeName(await client.evaluations.list());
    const started = await client.evaluations.create({
      name,
      promptSetId,
      a,
      b,
      sampling,
      ...(parallel !== undefined && { parallel }),
      ...(seed !== undefined && { seed }),
    });
    terminal.note(`Evaluation ${started.evaluationId}`);
    await answeredEvaluation(client, started, call);
  },
});

/** The run with more dialogues first; refused where they differ in anything else. */
function inOrder(
  { dialogueStep, settings }: RunComparison,
  runs: readonly Run[],
  anyway: boolean,
): Run[] {
  if (dialogueStep !== null)
    return runs.toSorted((one) => (one.id === dialogueStep.withId ? -1 : 1));
  if (anyway) return [...runs];
  const keys = settings.map(({ key }) => key);
  throw new CommandError(
    'NOT_DIALOGUES_ALONE',
    keys.includes('dataset') && keys.length === 1
      ? 'The datasets of these runs differ in samples of a single turn, too, so that a difference may come from those. --anyway compares them.'
      : `These runs do not differ in the dialogues of their datasets alone, but in: ${keys.join(', ') || 'nothing'}. --anyway compares them.`,
    { settings: keys },
  );
}

const lastSystem = (run: Run): SystemSpec => ({
  modelId: run.modelId,
  checkpointId: checkpointOfEpoch(run, undefined).id,
  strength: 1,
});

async function dialogueSet(
  client: CoreClient,
  prompts: string,
  { terminal }: Parameters<typeof answeredEvaluation>[2],
): Promise<string> {
  const set = await resolvePromptSet(client, prompts, terminal, true);
  if (set.dialogues > 0) return set.id;
  throw new CommandError(
    'NO_DIALOGUES',
    `“${set.name}” holds no dialogue: use prompts of several user turns, such as MT-Bench’s "turns", or a file of conversations.`,
    { promptSetId: set.id },
  );
}
