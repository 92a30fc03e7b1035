import { resolve } from 'node:path';
import { exportFormatSchema } from '../../../../shared/domain/dataset.ts';
import { formatBytes, formatQuantity } from '../../../../shared/text/numbers.ts';
import { defineCommand, oneOf, overwriteOption, positional } from '../../cli/command.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';

const formats = exportFormatSchema.options;

/** `lima dataset freeze`: fixes the accepted samples under a name. */
export const datasetFreezeCommand = defineCommand({
  name: 'dataset freeze',
  usage: 'dataset freeze P.lima NAME',
  summary: 'Fix the accepted samples as a dataset that never changes.',
  positionals: { min: 2, max: 2 },
  options: {},
  edits: true,
  async run(call) {
    await using project = await openCoreWithProject(call);
    const dataset = await project.client.datasets.freeze({ name: positional(call, 1) });
    const text = `Froze ${formatQuantity(dataset.samples, 'sample')} as "${dataset.name}", ${dataset.contentHash}.`;
    call.terminal.result(dataset, text);
  },
});

/** `lima dataset export`: writes a dataset as JSONL. */
export const datasetExportCommand = defineCommand({
  name: 'dataset export',
  usage: `dataset export P.lima NAME FILE [--format ${formats.join('|')}] [--overwrite]`,
  summary: 'Write a dataset as a file other programs read.',
  positionals: { min: 3, max: 3 },
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: `${formats.join(', ')}; default messages`,
    },
    ...overwriteOption,
  },
  async run(call) {
    const format = oneOf(call.options.format ?? 'messages', formats, 'The format');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const dataset = findNamed(await client.datasets.list(), positional(call, 1), 'dataset');
    const path = resolve(positional(call, 2));
    const written = await client.datasets.export({
      datasetId: dataset.id,
      path,
      format,
      overwrite: call.options.overwrite ?? false,
    });
    const size = formatBytes(written.sizeBytes);
    const text = `Wrote ${formatQuantity(written.samples, 'sample')} to ${written.path} (${size}).`;
    call.terminal.result({ ...written, format, contentHash: dataset.contentHash }, text);
  },
});
