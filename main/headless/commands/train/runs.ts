import type { Run } from '../../../../shared/domain/run.ts';
import { describeRunMemory, formatLoss } from '../../../../shared/text/training.ts';
import { defineCommand } from '../../cli/command.ts';
import { CommandError } from '../../cli/command-error.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { formatTable, type Terminal } from '../../cli/terminal.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';

/** `lima runs`: every training run with its state and adapters. */
export const runsCommand = defineCommand({
  name: 'runs',
  usage: 'runs P.lima [--answers RUN]',
  summary: 'List training runs: state, losses, checkpoints, and from where one can be resumed.',
  positionals: { min: 1, max: 1 },
  options: {
    answers: {
      type: 'string',
      value: 'RUN',
      description: 'print the answers of this run to its probe prompts, by prompt and epoch',
    },
  },
  async run(call) {
    await using project = await openCoreWithProject(call);
    if (call.options.answers !== undefined)
      return await printAnswers(project.client, call.options.answers, call.terminal);
    const list = await project.client.runs.list();
    call.terminal.result({ runs: list }, describeRuns(list));
  },
});

const keptOf = ({ checkpoints }: Run) => checkpoints.filter(({ isDeleted }) => !isDeleted);

/** Headings of the table with the cell of a run below each. */
const columns: Record<string, (run: Run) => string> = {
  name: ({ name }) => name,
  state: ({ state }) => state,
  base: ({ modelName }) => modelName,
  dataset: ({ datasetName }) => datasetName,
  step: ({ lastMetric, totalSteps }) => `${lastMetric?.step ?? 0}/${totalSteps}`,
  loss: ({ lastMetric }) => (lastMetric ? formatLoss(lastMetric.loss) : ''),
  'dev loss': ({ devLosses }) => (devLosses.length > 0 ? formatLoss(devLosses.at(-1)?.loss) : ''),
  memory: ({ memory }) => (memory ? describeRunMemory(memory) : ''),
  epochs: (run) =>
    keptOf(run)
      .map(({ epoch }) => epoch)
      .join(' '),
  saved: ({ savedStep }) => (savedStep > 0 ? `step ${savedStep}` : ''),
  'last checkpoint': (run) => keptOf(run).at(-1)?.path ?? '',
};

function describeRuns(runs: readonly Run[]): string {
  if (runs.length === 0) return 'There is no run yet.';
  const rows = runs.map((run) => Object.values(columns).map((cellOf) => cellOf(run)));
  return formatTable(Object.keys(columns), rows);
}

async function printAnswers(
  client: CoreClient,
  reference: string,
  terminal: Terminal,
): Promise<void> {
  const run = findNamed(await client.runs.list(), reference, 'run');
  const probe = await client.runs.probe({ id: run.id });
  if (!probe)
    throw new CommandError(
      'NOT_FOUND',
      `Run "${run.name}" was started without probe prompts (lima train --probe).`,
    );
  const text = probe.prompts.flatMap(({ ordinal, messages }) => [
    `\n# ${messages.at(-1)?.content ?? ''}`,
    ...probe.answers
      .filter((answer) => answer.ordinal === ordinal)
      .map(({ epoch, output }) => `\n[${epoch === 0 ? 'base' : `epoch ${epoch}`}] ${output}`),
  ]);
  terminal.result({ run: run.name, ...probe }, text.join('\n').trim());
}
