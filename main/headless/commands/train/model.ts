import { resolve } from 'node:path';
import { formatBytes, formatCount } from '../../../../shared/text/numbers.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { openCore } from '../../cli/open-core.ts';

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
      `parameters      ${formatCount(info.parameters)} in ${info.layers} layers`,
      `context length  ${formatCount(info.contextLength)} tokens`,
      `vocabulary      ${formatCount(info.vocabularySize)} tokens`,
      `chat template   ${info.hasChatTemplate ? 'yes' : 'no'}`,
      `trainable       ${info.trainable}`,
    ];
    call.terminal.result(info, lines.join('\n'));
  },
});
