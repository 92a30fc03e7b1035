import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { jobStateSchema } from '../../../../shared/domain/job.ts';
import type { Run } from '../../../../shared/domain/run.ts';
import { filterRuns, runOrders } from '../../../../shared/domain/runs/run-filter.ts';
import { describeRunMemory, formatLoss } from '../../../../shared/text/training.ts';
import { defineCommand, oneOf } from '../../cli/command.ts';
import { CommandError } from '../../cli/command-error.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { formatTable, type Terminal } from '../../cli/terminal.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';

/** `lima runs`: every training run with its state and adapters. */
export const runsCommand = defineCommand({
  name: 'runs',
  usage: 'runs P.lima [--answers RUN] [--find TEXT] [--state STATE] [--sort ORDER]',
  summary: 'List training runs: state, losses, checkpoints, and from where one can be resumed.',
  positionals: { min: 1, max: 1 },
  options: {
    answers: {
      type: 'string',
      value: 'RUN',
      description: 'print the answers of this run to its probe prompts, by prompt and epoch',
    },
    find: {
      type: 'string',
      value: 'TEXT',
      description: 'only runs whose name, model or dataset has these words',
    },
    state: { type: 'string', value: 'STATE', description: 'only runs that are succeeded, paused…' },
    sort: { type: 'string', value: 'ORDER', description: `one of ${runOrders.join(', ')}` },
  },
  async run(call) {
    const { find = '', state = 'all', sort = 'newest' } = call.options;
    const filter = {
      text: find,
      state: oneOf(state, ['all', ...jobStateSchema.options], '--state'),
      order: oneOf(sort, runOrders, '--sort'),
    };
    await using project = await openCoreWithProject(call);
    if (call.options.answers !== undefined)
      return await printAnswers(project.client, call.options.answers, call.terminal);
    const every = await project.client.runs.list();
    const list = filterRuns(every, filter);
    const nothing = `Of ${formatQuantity(every.length, 'run')} none is like that.`;
    const text = every.length > 0 && list.length === 0 ? nothing : describeRuns(list);
    call.terminal.result({ runs: list }, text);
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
  picked: ({ checkpoints }) => String(checkpoints.find(({ isPicked }) => isPicked)?.epoch ?? ''),
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
