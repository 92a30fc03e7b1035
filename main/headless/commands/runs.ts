import { defineCommand, positional } from '../command.ts';
import { formatTable } from '../format-values.ts';
import { openProject } from '../open-core.ts';

/** `lima runs`: every training run with its state and adapters. */
export const runs = defineCommand({
  name: 'runs',
  usage: 'runs P.lima',
  summary: 'List training runs: state, losses, adapters, and from where one can be resumed.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openProject(positional(call, 0));
    const list = await project.client.runs.list();
    const rows = list.map((run) => [
      run.name,
      run.state,
      run.modelName,
      run.datasetName,
      `${run.lastMetric?.step ?? 0}/${run.totalSteps}`,
      run.lastMetric?.loss.toFixed(4) ?? '',
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
      'epochs',
      'saved',
      'last adapter',
    ];
    const text = list.length === 0 ? 'There is no run yet.' : formatTable(headings, rows);
    call.terminal.result({ runs: list }, text);
  },
});
