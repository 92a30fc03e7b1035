import type { Message } from '../domain/message.ts';
import type { Flag } from '../domain/sample.ts';
import type { SampleRemark } from '../domain/xray.ts';

/**
 * Text that chat templates write around messages: special tokens of the common families, and their
 * marks. `<s>` strikes words out in HTML, so it counts only where a template puts it.
 */
const templateText = new RegExp(
  [
    String.raw`<\|(?:im_start|im_end|im_sep|endoftext|begin_of_text|end_of_text|start_header_id|end_header_id|eot_id|eom_id|user|assistant|system|end|end_of_turn|start_of_role|end_of_role)\|>`,
    String.raw`<[\uff5c|](?:User|Assistant|begin[\u2581_]of[\u2581_]sentence|end[\u2581_]of[\u2581_]sentence)[\uff5c|]>`,
    '<(?:start|end)_of_turn>',
    String.raw`\[/?INST\]`,
    '<</?SYS>>',
    String.raw`^\s*<s>`,
    String.raw`</s>\s*(?:$|<s>)`,
  ].join('|'),
  'u',
);

/** The first text of a chat template in a message, if it has any. */
const templateTextIn = ({ content }: Message): string | undefined =>
  templateText.exec(content)?.[0].trim();

/** A remark for every message that a chat template seems to have written already. */
export function templatedRemarks(messages: readonly Message[]): SampleRemark[] {
  return messages.flatMap((message, index) => {
    const found = templateTextIn(message);
    const text = `it has ${found}, which chat templates write: it trains as plain text, and is written again around it`;
    return found === undefined ? [] : [{ kind: 'templated', message: index, text }];
  });
}

/** The same as a finding of the curation rules. */
export function templatedFlags(messages: readonly Message[]): Flag[] {
  const places = messages.flatMap((message, index) => {
    const found = templateTextIn(message);
    return found === undefined ? [] : [`${found} in message ${index + 1}`];
  });
  if (places.length === 0) return [];
  const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
  const reason = `Has text that chat templates write: ${places.slice(0, 3).join(', ')}${more}.`;
  return [{ rule: 'already-templated', scope: 'cleaned', reason }];
}
