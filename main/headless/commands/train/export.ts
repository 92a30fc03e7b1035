import { resolve } from 'node:path';
import { exportKindSchema, exportTypeSchema } from '../../../../shared/domain/export.ts';
import { formatBytes } from '../../../../shared/text/numbers.ts';
import { UsageError } from '../../cli/command-error.ts';
import { defineCommand, oneOf, positional, requiredOption } from '../../cli/command.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { checkpointOfEpoch } from '../../arguments/project-models.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const options = {
  as: {
    type: 'string',
    value: 'gguf|peft|merged|ollama',
    description: 'the adapter as it is, as PEFT safetensors, merged into its base, or for Ollama',
  },
  type: {
    type: 'string',
    value: exportTypeSchema.options.join('|'),
    description: 'type of the merged matrices; with ollama, merges',
  },
  epoch: {
    type: 'string',
    value: 'N',
    description: 'the checkpoint of this epoch; default: the picked one, else the last',
  },
  strength: { type: 'string', value: 'S', description: 'factor of what was trained; default: 1' },
} as const;

/** `lima export`: takes what a run trained out of the workbench. */
export const exportCommand = defineCommand({
  name: 'export',
  usage:
    'export P.lima RUN [--epoch N] --as gguf|peft|merged|ollama [--type TYPE] ' +
    '[--strength S] OUT',
  summary: 'Export what a run trained: adapter, PEFT, merged GGUF, or a folder for Ollama.',
  positionals: { min: 3, max: 3 },
  options,
  edits: true,
  async run(call) {
    const [runName, out] = [1, 2].map((index) => positional(call, index));
    const { as, type, epoch, strength } = call.options;
    const request = {
      kind: oneOf(requiredOption(as, 'as'), exportKindSchema.options, '--as'),
      type: type === undefined ? null : oneOf(type, exportTypeSchema.options, '--type'),
      strength: strength === undefined ? 1 : factor(strength),
      path: resolve(out ?? ''),
    };
    if (request.kind === 'merged' && request.type === null)
      throw new UsageError(
        `--as merged needs a --type: one of ${exportTypeSchema.options.join(', ')}.`,
      );
    const wantedEpoch = epoch === undefined ? undefined : passes(epoch);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const run = findNamed(await client.runs.list(), runName ?? '', 'run');
    const { id: checkpointId } = checkpointOfEpoch(run, wantedEpoch);
    const { jobId } = await client.runs.export({ checkpointId, ...request });
    const result = await waitForJob(client, { jobId, kind: 'export' }, call);
    const text = `${request.path}: ${formatBytes(result.sizeBytes)} written`;
    call.terminal.result(result, text);
  },
});

function passes(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value === 0)
    throw new UsageError(`--epoch "${text}" is not an epoch, as in 3 or 1.5.`);
  return value;
}

function factor(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > 10)
    throw new UsageError(`--strength "${text}" is not a number from -10 to 10.`);
  return value;
}
