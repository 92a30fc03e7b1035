import type { Message } from '../../../../../shared/domain/message.ts';
import {
  finishConversation,
  listOf,
  messageOf,
  objectOf,
  textOf,
} from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { ParsedConversation } from '../sample/parsed-sample.ts';

/**
 * Reads Alpaca's `{instruction, input, output}` with LLaMA-Factory's `system` and `history`;
 * a non-empty input follows the instruction after a blank line.
 */
export function parseAlpaca(value: unknown): ParsedConversation {
  const record = objectOf(value, 'the record');
  const output = textOf(record['output'], '"output"');
  return finishConversation([...alpacaPrompt(record), messageOf('assistant', output)]);
}

/** Everything before the answer: system, earlier turns, instruction and input. */
export function alpacaPrompt(record: Record<string, unknown>): Message[] {
  const instruction = textOf(record['instruction'], '"instruction"');
  const input = optionalText(record['input'], '"input"');
  const system = optionalText(record['system'], '"system"');
  const prompt = input.trim() === '' ? instruction : `${instruction}\n\n${input}`;
  return [
    ...(system.trim() === '' ? [] : [messageOf('system', system)]),
    ...historyTurns(record['history']),
    messageOf('user', prompt),
  ];
}

function historyTurns(history: unknown): Message[] {
  if (history === undefined || history === null) return [];
  return listOf(history, '"history"').flatMap((item, index) => {
    const turn = listOf(item, `turn ${index + 1} of "history"`);
    if (turn.length !== 2)
      throw new RecordProblem(
        `turn ${index + 1} of "history" has ${turn.length} texts, expected 2`,
      );
    const [question, answer] = turn.map((text) => textOf(text, `a text of turn ${index + 1}`));
    return [messageOf('user', question ?? ''), messageOf('assistant', answer ?? '')];
  });
}

function optionalText(value: unknown, what: string): string {
  return value === undefined || value === null ? '' : textOf(value, what);
}
