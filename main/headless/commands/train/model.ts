import { resolve } from 'node:path';
import { modelPath } from '../../../../shared/domain/model/model-parts.ts';
import type { Model, ModelInfo } from '../../../../shared/domain/model/model.ts';
import { longModelName } from '../../../../shared/text/model-names.ts';
import { formatBytes, formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCore, openCoreWithProject } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';
import { findModelNamed } from '../../arguments/project-models.ts';

/** `lima model inspect`: what a GGUF file is and whether it can be trained. */
export const modelInspectCommand = defineCommand({
  name: 'model inspect',
  usage: 'model inspect FILE.gguf',
  summary: 'Tell what a GGUF file is and whether it can be trained.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using core = await openCore();
    const info = await core.client.models.inspect({ path: resolve(positional(call, 0)) });
    const lines = [
      `${info.name} (${info.architecture}, ${info.quantization}, ${formatBytes(info.fileSizeBytes)})`,
      `parameters      ${formatCount(info.parameters)} in ${formatQuantity(info.layers, 'layer')}`,
      `context length  ${formatCount(info.contextLength)} tokens`,
      `vocabulary      ${formatCount(info.vocabularySize)} tokens`,
      `chat template   ${templateText(info)}`,
      `trainable       ${trainableText(info)}`,
      ...[...(info.templateRemarks ?? []), ...(info.warnings ?? [])].map(
        (warning) => `warning         ${warning}`,
      ),
    ];
    call.terminal.result(info, lines.join('\n'));
  },
});

const templateText = ({ hasChatTemplate, templateProblem }: ModelInfo) =>
  !hasChatTemplate
    ? 'no'
    : templateProblem === undefined
      ? 'yes, and it renders a conversation'
      : `cannot be used. ${templateProblem}`;

const trainableText = ({ trainable, templateProblem }: ModelInfo) =>
  trainable === 'yes' && templateProblem !== undefined
    ? 'only with another chat template (train --template FILE)'
    : trainable;

/** `lima model confirm`: says that a model from elsewhere is the file that the project names. */
export const modelConfirmCommand = defineCommand({
  name: 'model confirm',
  usage: 'model confirm P.lima [MODEL] [--at FILE.gguf]',
  summary: 'List the models of a project, or confirm where the file of one from elsewhere is.',
  edits: true,
  positionals: { min: 1, max: 2 },
  options: {
    at: { type: 'string', description: 'where it is, if not where the project says' },
  },
  details: () => [
    'A project that was made elsewhere names models by their paths. Nothing looks at such a path',
    'before you confirm it; then the file is used if its SHA-256 is the one of the project.',
  ],
  async run(call) {
    const wanted = call.positionals[1];
    if (wanted === undefined && call.options.at !== undefined)
      throw new UsageError('--at is for one model: name it, by its name or id.');
    await using project = await openCoreWithProject({ ...call, edits: wanted !== undefined });
    const { client } = project;
    const models = await client.models.list();
    if (wanted === undefined) {
      call.terminal.result(
        { models },
        models.map(describeModel).join('\n') || 'It names no model.',
      );
      return;
    }
    const { id, path: stored } = findModelNamed(models, wanted);
    const path = call.options.at === undefined ? stored : modelPath(resolve(call.options.at));
    const { jobId } = await client.models.relocate({ id, path });
    const { sha256 } = await waitForJob(client, { jobId, kind: 'add-model' }, call);
    call.terminal.result(
      { modelId: id, path, sha256 },
      `${wanted} is ${path}, compared by SHA-256.`,
    );
  },
});

function describeModel(model: Model): string {
  const { id, path, isFromElsewhere, isMissing } = model;
  const state = isFromElsewhere
    ? 'from elsewhere: nobody on this machine confirmed the path'
    : isMissing
      ? 'the file is not there'
      : 'in use';
  return `${longModelName(model)} (${id})\n    ${path}\n    ${state}`;
}
