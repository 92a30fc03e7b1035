import { text as readText } from 'node:stream/consumers';
import type { ChatAnswer } from '../../../../shared/contract/chat.ts';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import type { TokenShift } from '../../../../shared/domain/chat/token-shift.ts';
import { contextUseText, cutText } from '../../../../shared/text/chat/answering.ts';
import {
  noShiftText,
  shiftRows,
  shiftTotalsText,
} from '../../../../shared/text/chat/token-shift.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import {
  defineCommand,
  otherBaseOption,
  requiredOption,
  strengthOf,
  strengthOption,
} from '../../cli/command.ts';
import { formatTable } from '../../cli/terminal.ts';
import { generateAnswers } from './generate-answers.ts';
import { openCore } from '../../cli/open-core.ts';
import { existingFile, existingModel } from '../../arguments/project-models.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { fewShotOption, readFewShotFile } from '../../arguments/few-shot-file.ts';
import { readTemplateFile, templateOption } from '../../arguments/template-file.ts';

/** `lima chat`: one answer, streamed, without a project. */
export const chatCommand = defineCommand({
  name: 'chat',
  usage:
    'chat --base FILE.gguf [--adapter FILE] --prompt TEXT [--system TEXT] [--set key=value]… ' +
    '[--template FILE] [--few-shot FILE|default] [--strength S] [--other-base] ' +
    '[--token-shift [--against FILE.gguf]]',
  summary: 'Ask a model one question and stream the answer; needs no project.',
  positionals: { min: 0, max: 0 },
  options: {
    base: { type: 'string', value: 'FILE.gguf', description: 'the base model' },
    adapter: { type: 'string', value: 'FILE', description: 'a LoRA adapter in GGUF' },
    prompt: { type: 'string', value: 'TEXT', description: 'the question; - reads standard input' },
    system: { type: 'string', value: 'TEXT', description: 'a system message before it' },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
    template: templateOption,
    'few-shot': fewShotOption,
    'token-shift': {
      type: 'boolean',
      description: 'measure how far each token of the answer is from what the base would write',
    },
    against: {
      type: 'string',
      value: 'FILE.gguf',
      description: 'with --token-shift: the base of a whole model; default: that of the adapter',
    },
    ...strengthOption,
    ...otherBaseOption,
  },
  details: () => ['', 'Sampling (--set):', ...describeSettings(samplingSchema)],
  async run({ options, terminal, signal }) {
    if (options.against !== undefined && !options['token-shift'])
      throw new UsageError('--against says what --token-shift compares with: give both.');
    const promptText = requiredOption(options.prompt, 'prompt');
    const sampling = parseSettings(samplingSchema, options.set ?? []);
    const strength = strengthOf(options.strength, options.adapter !== undefined);
    const { chatTemplate = '' } = await readTemplateFile(options.template);
    const examples = await readFewShotFile(options['few-shot']);
    const basePath = await existingModel(requiredOption(options.base, 'base'));
    const adapterPath = options.adapter ? await existingFile(options.adapter) : null;
    const against = options.against ? await existingModel(options.against) : null;
    const prompt = promptText === '-' ? await readText(process.stdin) : promptText;
    const messages: Message[] = [
      ...(options.system ? [{ role: 'system', content: options.system } as const] : []),
      { role: 'user', content: prompt },
    ];
    await using core = await openCore();
    let answer: ChatAnswer | undefined;
    let tokenShift: TokenShift | undefined;
    await generateAnswers(core.client, {
      system: {
        basePath,
        adapterPath,
        adapterBaseSha256: null,
        strength,
        otherBase: options['other-base'] ?? false,
        chatTemplate,
        ...examples,
      },
      items: [{ key: 'chat', messages }],
      sampling,
      parallel: 1,
      tokenShift: options['token-shift'] ? { basePath: against } : undefined,
      signal,
      onWarning: (text) => terminal.note(text),
      onLoading: () => terminal.progress('loading', `Loading ${basePath}`, { phase: 'loading' }),
      onText: (text) => terminal.stream(text),
      onAnswer: (_, complete) => {
        answer = complete;
        // What is told of the measuring would else be written over the last line of the answer.
        if (options['token-shift']) terminal.stream('\n');
      },
      onMeasured: (done, total) =>
        terminal.progress('measuring', `Measuring: ${done} of ${total} tokens`, {
          phase: 'measuring',
          done,
          total,
        }),
      onShift: (shift) => {
        tokenShift = shift;
      },
    });
    if (!answer) throw new CommandError('ENGINE_FAILED', 'The engine ended without an answer.');
    const shiftText = tokenShift ? describeShift(tokenShift) : '';
    terminal.result({ prompt, ...answer, ...(tokenShift && { tokenShift }) }, `\n${shiftText}`);
    terminal.note(describeAnswer(answer));
  },
});

/** The totals, and the tokens that the base would not have written; all of them without a base. */
function describeShift({ tokens, totals }: TokenShift): string {
  const headings = ['place', 'token', 'probability', 'rank'];
  const rows = shiftRows(tokens);
  if (totals === null) return `${noShiftText}\n\n${formatTable(headings, rows)}`;
  const table = formatTable([...headings, 'in the base', 'rank there', 'class'], rows);
  return rows.length === 0 ? shiftTotalsText(totals) : `${shiftTotalsText(totals)}\n\n${table}`;
}

function describeAnswer(answer: ChatAnswer): string {
  const { identity, promptTokens, outputTokens, contextTokens, durationMs, finish } = answer;
  const use = contextTokens && { promptTokens, outputTokens, contextTokens };
  const adapter = identity.adapterName ? ` + ${identity.adapterName}` : '';
  return (
    `${identity.baseName}${adapter} · ${identity.baseSha256.slice(0, 12)} · ${identity.device} · ` +
    `${outputTokens} tokens in ${(durationMs / 1000).toFixed(1)} s · ` +
    (use ? `${contextUseText(use)} · ` : '') +
    (use && finish === 'length' ? cutText(use) : finish)
  );
}
