import type { Message } from '../domain/message.ts';
import { withoutThinking } from '../template/thinking.ts';
import type { Flag, FlagRule, Provenance } from '../domain/sample.ts';
import { codePointOf } from '../text/foreign-text.ts';
import { formatQuantity } from '../text/numbers.ts';
import { communityFlags } from './community-rules.ts';
import { templatedFlags } from './templated-text.ts';

/** The words of a sample's answers without their thinking, as one text. */
export function answerOf(messages: readonly Message[]): string {
  const answers = messages.filter(({ role }) => role === 'assistant');
  return answers.map(({ content }) => withoutThinking(content)).join('\n\n');
}

/**
 * What the rules find in a sample of a community, imported or edited; `undefined` for any other,
 * which they do not measure. `isAsImported`: its answer is the one that the HTML became.
 */
export function measureSample(
  messages: readonly Message[],
  { promptFrom, score, answerHtml }: Provenance,
  isAsImported: boolean,
): Flag[] | undefined {
  if (promptFrom === undefined) return undefined;
  return communityFlags({
    title: titleOf(messages),
    answerScore: score ?? Infinity,
    markdown: answerOf(messages),
    html: isAsImported ? answerHtml : undefined,
  });
}

/** The rules for the words of any sample, wherever it is from. */
export const textRules: ReadonlySet<FlagRule> = new Set<FlagRule>([
  'control-characters',
  'already-templated',
]);

// Tabs, line ends, and the form feeds and vertical tabs of source code are white space.
const control = /[\p{Cc}--\s]/gv;

/** What the rules for any text find: control characters, and the text of chat templates. */
export const measureText = (messages: readonly Message[]): Flag[] => [
  ...controlFlags(messages),
  ...templatedFlags(messages),
];

/** NUL and its like neither show nor are meant. */
function controlFlags(messages: readonly Message[]): Flag[] {
  const found = messages.flatMap(({ content }) => content.match(control) ?? []);
  if (found.length === 0) return [];
  const named = [...new Set(found)].slice(0, 4).map(codePointOf).join(', ');
  const reason = `the text has ${formatQuantity(found.length, 'control character')} (${named})`;
  return [{ rule: 'control-characters', scope: 'both', reason }];
}

/** A prompt begins with its title, whoever wrote it. */
function titleOf(messages: readonly Message[]): string {
  const prompt = messages.find(({ role }) => role === 'user')?.content ?? '';
  return prompt.split('\n', 1)[0]?.trim() ?? '';
}
