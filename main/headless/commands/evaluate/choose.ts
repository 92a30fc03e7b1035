import { epochsText, parseEpochs, type Choice } from '../../../../shared/domain/runs/choice.ts';
import type { Run } from '../../../../shared/domain/run.ts';
import {
  choiceSentences,
  pickText,
  ratingColumns,
  ratingRows,
} from '../../../../shared/text/evaluate/choice.ts';
import { shellWord } from '../../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { choiceFigure } from '../../../../shared/report/figures/choice-figure.ts';
import { figureToSvg } from '../../../../shared/report/figures/figure.ts';
import { separationText } from '../../../../shared/report/study/study-words.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { checkpointOfEpoch } from '../../arguments/project-models.ts';
import { resolvePromptSet } from '../../arguments/prompt-set.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { defineCommand, positional, wholeNumber, type Call } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const options = {
  epochs: {
    type: 'string',
    value: 'LIST',
    description: 'as in 5-10 or 3,5,7; default: 5-10 where the run has them, else its last ones',
  },
  against: {
    type: 'string',
    value: 'base',
    description: 'compare each epoch with the base, instead of the epochs with each other',
  },
  prompts: {
    type: 'string',
    value: 'SET|FILE',
    description: 'instead of the probe prompts; the epochs answer them',
  },
  overlap: {
    type: 'string',
    value: 'PERCENT',
    description: 'share of pairs that every annotator votes on; default 0',
  },
  seed: {
    type: 'string',
    value: 'N',
    description: 'seed of the queues; sides take the next ones that no evaluation has',
  },
  result: { type: 'boolean', description: 'say what the votes say' },
  figure: {
    type: 'boolean',
    description: 'with --result: print ratings and dev loss as SVG instead',
  },
  reveal: { type: 'boolean', description: 'end the blind phase first; votes end for good' },
  pick: {
    type: 'string',
    value: 'EPOCH|best|none',
    description: 'mark the checkpoint that is used where nobody names one',
  },
  undo: { type: 'boolean', description: 'go back to what was picked before' },
} as const;

type ChooseCall = Call<typeof options>;

/** `lima choose`: a checkpoint of a run, by blind votes on the answers of its epochs. */
export const chooseCommand = defineCommand({
  name: 'choose',
  usage:
    'choose P.lima RUN [--epochs LIST] [--against base] [--prompts SET|FILE] [--overlap PERCENT] ' +
    '[--seed N] | --result [--figure] [--reveal] | --pick EPOCH|best|none [--reveal] | --undo',
  summary: 'Choose a checkpoint of a run by blind votes on what its epochs answered.',
  positionals: { min: 2, max: 2 },
  options,
  details: () => [
    '',
    'Answers to probe prompts (lima train --probe) are taken as they are. Vote with lima vote; the',
    'queue asks about the epochs that may be the best. Run again, it goes on where it was stopped.',
    'The picked checkpoint is what RUN means from then on, in every command and in the window.',
  ],
  edits: true,
  async run(call) {
    const act = actionOf(call);
    const edits = !call.options.result || call.options.reveal === true;
    await using project = await openCoreWithProject({ ...call, edits });
    const { client } = project;
    const run = findNamed(await client.runs.list(), positional(call, 1), 'run');
    if (call.options.reveal) await revealAll(client, run, call);
    await act(client, run);
  },
});

type Action = (client: CoreClient, run: Run) => Promise<void>;

const settingNames = ['epochs', 'against', 'prompts', 'overlap', 'seed'] as const;

/** What the words ask for; everything that can be wrong with them is found before the project is opened. */
function actionOf(call: ChooseCall): Action {
  const { options: given } = call;
  const asked = [given.result, given.pick !== undefined, given.undo].filter(Boolean).length;
  if (asked > 1) throw new UsageError('Give one of --result, --pick and --undo.');
  const setting = settingNames.find((name) => given[name] !== undefined);
  if (asked > 0 && setting !== undefined)
    throw new UsageError(`--${setting} sets up what is voted on: leave it out here.`);
  if (given.figure && !given.result)
    throw new UsageError('--figure draws what the votes say: give it with --result.');
  if (given.reveal && (asked === 0 || given.undo))
    throw new UsageError('--reveal goes with --result or --pick.');
  if (given.figure) return async (client, run) => draw(call, run, await choiceOf(client, run));
  if (given.result) return async (client, run) => tell(call, run, await choiceOf(client, run));
  if (given.undo)
    return async (client, run) => tell(call, run, await client.choices.undoPick({ runId: run.id }));
  return given.pick === undefined ? settingUp(call) : picking(call, given.pick);
}

const choiceOf = (client: CoreClient, { id: runId }: Run) => client.choices.get({ runId });

async function revealAll(client: CoreClient, run: Run, { terminal }: ChooseCall): Promise<void> {
  for (const { id, name, isRevealed } of (await choiceOf(client, run)).studies) {
    if (isRevealed) continue;
    await client.studies.reveal({ id });
    terminal.note(`${name}: revealed.`);
  }
}

function picking(call: ChooseCall, word: string): Action {
  if (word !== 'best' && word !== 'none' && !/^\d+(\.\d+)?$/.test(word))
    throw new UsageError(`--pick "${word}" is neither an epoch, as in 7, nor best, nor none.`);
  return async (client, run) => {
    const checkpointId = word === 'none' ? null : await pickedId(client, run, word);
    tell(call, run, await client.choices.pick({ runId: run.id, checkpointId }));
  };
}

async function pickedId(client: CoreClient, run: Run, word: string): Promise<string> {
  if (word !== 'best') return checkpointOfEpoch(run, Number(word)).id;
  const choice = await choiceOf(client, run);
  const best = choice.result?.ratings.find(({ checkpointId }) => checkpointId !== null);
  if (best?.checkpointId == null) throw nothingToldYet(run, choice.studies);
  return best.checkpointId;
}

/** Sets a study up, or goes on with the one that is still blind. */
function settingUp(call: ChooseCall): Action {
  const { options: given, terminal } = call;
  const input = {
    epochs: given.epochs === undefined ? undefined : epochList(given.epochs),
    againstBase: isAgainstBase(given.against),
    overlapPercent: wholeNumber(given.overlap, 'overlap', 0, 100),
    seed: wholeNumber(given.seed, 'seed', 0, 4_294_967_295),
  };
  return async (client, run) => {
    const open = (await choiceOf(client, run)).studies.find(({ isRevealed }) => !isRevealed);
    const setting = settingNames.find((name) => given[name] !== undefined);
    if (open && setting !== undefined)
      throw new CommandError(
        'INVALID_STATE',
        `"${open.name}" is still voted on: end it first with --result --reveal, or leave --${setting} out to go on with it.`,
        { studyId: open.id },
      );
    if (open) {
      const { id, jobId, answered, answers } = open;
      if (answered < answers && jobId !== null) {
        await resumeJob(client, jobId, call);
        await waitForJob(client, { jobId, kind: 'study' }, call);
      }
      return await tellStudy(call, client, id);
    }
    const promptSetId =
      given.prompts === undefined
        ? undefined
        : (await resolvePromptSet(client, given.prompts, terminal)).id;
    const made = await client.choices.create({ runId: run.id, ...input, promptSetId });
    terminal.note(
      `${made.reused} of ${formatQuantity(made.answers, 'answer')} are there already; epochs ${epochsText(made.epochs)}.`,
    );
    await waitForJob(client, { jobId: made.jobId, kind: 'study' }, call);
    await tellStudy(call, client, made.studyId, made);
  };
}

async function tellStudy(
  { terminal, positionals: [project = ''] }: ChooseCall,
  client: CoreClient,
  id: string,
  made: object = {},
): Promise<void> {
  const summary = await client.studies.get({ id });
  const { name, comparisons, failed, queue } = summary;
  const far = separationText(summary);
  terminal.result(
    { ...made, ...summary, studyId: id },
    [
      `${formatQuantity(comparisons - failed, 'pair')} to choose from, ${queue.left} left for you; a few dozen votes may do.`,
      ...(far === '' ? [] : [far]),
      `Vote: lima vote ${shellWord(project)} ${shellWord(name)}`,
    ].join('\n'),
  );
}

function tell({ terminal }: ChooseCall, run: Run, choice: Choice): void {
  const { result, studies } = choice;
  const lines = [
    ...(result
      ? [formatTable([...ratingColumns], ratingRows(result)), ...choiceSentences(result)]
      : []),
    ...studies
      .filter(({ isRevealed }) => !isRevealed)
      .map(({ name, votes }) => `${name}: still blind after ${formatQuantity(votes, 'vote')}.`),
    ...(result || studies.length > 0 ? [] : ['Nobody has voted on epochs of this run yet.']),
    pickText(choice, (moment) => new Date(moment).toISOString().slice(0, 10)),
  ];
  terminal.result({ run: run.name, ...choice }, lines.join('\n'));
}

/** The figure of the window; INVALID_STATE where there is nothing to draw yet. */
function draw({ terminal }: ChooseCall, run: Run, { result, pick, studies }: Choice): void {
  if (!result) throw nothingToldYet(run, studies);
  const picked = pick?.epoch ?? null;
  const text = figureToSvg(choiceFigure(result.ratings, { picked }));
  terminal.result({ format: 'svg', name: 'ratings', text }, text);
}

const nothingToldYet = (run: Run, studies: Choice['studies']): CommandError =>
  new CommandError(
    'INVALID_STATE',
    studies.some(({ isRevealed }) => !isRevealed)
      ? `The votes on run "${run.name}" are still blind: add --reveal to end that.`
      : `Nobody has voted on epochs of run "${run.name}" yet.`,
    { runId: run.id },
  );

function isAgainstBase(word: string | undefined): boolean {
  if (word === undefined || word === 'base') return word === 'base';
  throw new UsageError(`--against "${word}" is not base: epochs meet the base, or each other.`);
}

/** Epochs as in `5-10`, `3,5,7` or `1.5`. */
function epochList(text: string): number[] {
  const epochs = parseEpochs(text);
  if (!epochs)
    throw new UsageError(`--epochs "${text}" is no list of epochs, as in 5-10 or 3,5,7.`);
  return epochs;
}
