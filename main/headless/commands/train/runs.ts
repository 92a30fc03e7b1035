import { describeRunMemory } from '../../../../shared/domain/memory-plan.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { CommandError } from '../../cli/command-error.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { formatTable } from '../../cli/format-values.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import type { Terminal } from '../../cli/terminal.ts';

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
    await using project = await openCoreWithProject(positional(call, 0));
    if (call.options.answers !== undefined)
      return await printAnswers(project.client, call.options.answers, call.terminal);
    const list = await project.client.runs.list();
    const rows = list.map((run) => [
      run.name,
      run.state,
      run.modelName,
      run.datasetName,
      `${run.lastMetric?.step ?? 0}/${run.totalSteps}`,
      run.lastMetric?.loss.toFixed(4) ?? '',
      run.devLosses.at(-1)?.loss.toFixed(4) ?? '',
      run.memory ? describeRunMemory(run.memory) : '',
      run.checkpoints.map((checkpoint) => checkpoint.epoch).join(' '),
      run.savedStep > 0 ? `step ${run.savedStep}` : '',
      run.checkpoints.at(-1)?.path ?? '',
    ]);
    const headings = [
      'name',
      'state',
      'base',
      'dataset',
      'step',
      'loss',
      'dev loss',
      'memory',
      'epochs',
      'saved',
      'last checkpoint',
    ];
    const text = list.length === 0 ? 'There is no run yet.' : formatTable(headings, rows);
    call.terminal.result({ runs: list }, text);
  },
});

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
