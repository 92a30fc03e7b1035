import type { Message } from '../domain/message.ts';
import type { Flag } from '../domain/sample.ts';
import type { SampleRemark } from '../domain/xray.ts';

/** Special tokens `<|…|>` of the common families; other words between these marks are Haskell or F#. */
const tokenNames = [
  'im_(?:start|end|sep|user|assistant|system|middle)', // ChatML, Phi-4, Kimi
  'endof(?:text|prompt|turn)',
  'end_of_(?:text|turn|role|sentence)|begin_of_(?:text|sentence)|start_of_role', // Llama 3, Granite
  '(?:start|end)_header_id|header_(?:start|end)|eot_id|eom_id|eot|python_tag', // Llama 3 and 4
  'user|assistant|system|observation|end|tool_(?:call|response)', // Phi-3, Zephyr, GLM
  'start|channel|message|return|constrain|call', // gpt-oss
  '(?:START_OF_TURN|END_OF_TURN|USER|CHATBOT|SYSTEM)_TOKEN', // Command R
  '(?:START|END)_(?:RESPONSE|THINKING|TEXT|ACTION|TOOL_RESULT)',
];

/**
 * Text that chat templates write around messages: special tokens of the common families, and their
 * marks. `<s>` strikes words out in HTML, so it counts only where a template puts it.
 */
const templateText = new RegExp(
  [
    String.raw`<\|(?:${tokenNames.join('|')})\|>`,
    String.raw`\[\|(?:user|assistant|system|endofturn)\|\]`, // EXAONE
    String.raw`<\uff5c[^<>\uff5c\n]{1,40}\uff5c>`, // DeepSeek, Hunyuan
    String.raw`<\|(?:User|Assistant|begin[\u2581_]of[\u2581_]sentence|end[\u2581_]of[\u2581_]sentence)\|>`,
    '<(?:start|end)_of_turn>', // Gemma
    String.raw`\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]`, // Mistral
    String.raw`\[gMASK\]\s*<sop>`, // ChatGLM
    '<</?SYS>>', // Llama 2
    String.raw`^\s*<(?:bos>|s>(?![^]*</s>\s*[^\s<]))`,
    String.raw`<eos>\s*$`,
    String.raw`(?<!<s>[^<]*)</s>\s*$|</s>\s*<s>`,
    String.raw`^\s*### (?:Response|Assistant):`, // Alpaca, in front of its answer
  ].join('|'),
  'u',
);

/** Speakers that a template names in words: both have to be there, and the question first. */
const speakers: readonly [RegExp, RegExp][] = [
  [/(?:^|\s)USER: /, /\sASSISTANT:/], // Vicuna
  [/^(?:Human|User): /m, /^Assistant:/m],
  [/^### (?:Instruction|Human|User|Input):/m, /^### (?:Response|Assistant):/m], // Alpaca
  [/(?:^|>)GPT4 (?:Correct )?User: /, /GPT4 (?:Correct )?Assistant:/], // OpenChat
];

/** One of these is in all of the above; looking for them first takes a tenth of the time. */
const hints = (
  '<| [| <\uff5c _of_turn> [INST] [/INST] _PROMPT] _TOOLS] _CALLS] _RESULTS] [gMASK] SYS>> ' +
  '<s> </s> <bos> <eos> ### USER: Human: User:'
).split(' ');

/** Code, in which people write about templates. */
const code = /(`{3,}|~{3,})[^]*?(?:\1|$)|`[^`\n]*`/g;

/** The first text of a chat template in a message, if it has any. */
function templateTextIn({ content }: Message): string | undefined {
  if (!hints.some((hint) => content.includes(hint))) return undefined;
  const text = content.replaceAll(code, '`');
  const found = templateText.exec(text)?.[0].trim();
  if (found !== undefined) return found;
  for (const [asking, answering] of speakers) {
    const question = asking.exec(text);
    const answer = question && answering.exec(text.slice(question.index));
    if (answer) return `${question[0].trim()} … ${answer[0].trim()}`;
  }
  return undefined;
}

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
