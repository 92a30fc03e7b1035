import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { exportFormatSchema } from '../../../../shared/domain/dataset.ts';
import type { JobProgress } from '../../../../shared/domain/job.ts';
import { formatBytes, formatQuantity, timeLeft } from '../../../../shared/text/numbers.ts';
import { describeProgress, joinFacts } from '../../../../shared/text/progress.ts';
import { defineCommand, oneOf, overwriteOption, positional, type Call } from '../../cli/command.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, whileTelling, type CoreClient } from '../../cli/open-core.ts';

const formats = exportFormatSchema.options;

/** Makes a call that freezes or exports, named so that it can be asked how far it is. */
async function tellDatasetWork<Output>(
  client: CoreClient,
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
  title: string,
  call: (named: { workId: string }, options: { signal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  const workId = randomUUID();
  const tell = async () => {
    const progress = await client.datasets.progress({ workId });
    if (progress) terminal.progress(progress.phase, progressText(title, progress), { ...progress });
  };
  return await whileTelling(signal, tell, (options) => call({ workId }, options));
}

const progressText = (title: string, progress: JobProgress) =>
  `${title}: ${joinFacts([describeProgress(progress), timeLeft(progress.etaMs)])}`;

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
    const { client } = project;
    const name = positional(call, 1);
    const dataset = await tellDatasetWork(client, call, `Freeze ${name}`, (named, options) =>
      client.datasets.freeze({ name, ...named }, options),
    );
    const text = `Froze ${formatQuantity(dataset.samples, 'sample')} as "${dataset.name}", ${dataset.contentHash}.`;
    call.terminal.result(dataset, text);
  },
});

/** `lima dataset export`: writes a dataset as JSONL. */
export const datasetExportCommand = defineCommand({
  name: 'dataset export',
  usage: `dataset export P.lima NAME FILE [--format ${formats.join('|')}] [--attribution] [--overwrite]`,
  summary: 'Write a dataset as a file other programs read.',
  positionals: { min: 3, max: 3 },
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: `${formats.join(', ')}; default messages`,
    },
    attribution: {
      type: 'boolean',
      description: 'say in each line where its sample is from: address, authors, licence',
    },
    ...overwriteOption,
  },
  async run(call) {
    const format = oneOf(call.options.format ?? 'messages', formats, 'The format');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const dataset = findNamed(await client.datasets.list(), positional(call, 1), 'dataset');
    const path = resolve(positional(call, 2));
    const overwrite = call.options.overwrite ?? false;
    const attribution = call.options.attribution ?? false;
    const wish = { datasetId: dataset.id, path, format, overwrite, attribution };
    const title = `Export ${dataset.name}`;
    const written = await tellDatasetWork(client, call, title, (named, options) =>
      client.datasets.export({ ...wish, ...named }, options),
    );
    const size = formatBytes(written.sizeBytes);
    const text = `Wrote ${formatQuantity(written.samples, 'sample')} to ${written.path} (${size}).`;
    call.terminal.result({ ...written, format, contentHash: dataset.contentHash }, text);
  },
});
