import type { Message } from '../domain/message.ts';
import type { Flag, Provenance } from '../domain/sample.ts';
import { communityFlags } from './community-rules.ts';

/** The words of a sample's answers, as one text. */
export function answerOf(messages: readonly Message[]): string {
  const answers = messages.filter(({ role }) => role === 'assistant');
  return answers.map(({ content }) => content).join('\n\n');
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

/** A prompt begins with its title, whoever wrote it. */
function titleOf(messages: readonly Message[]): string {
  const prompt = messages.find(({ role }) => role === 'user')?.content ?? '';
  return prompt.split('\n', 1)[0]?.trim() ?? '';
}
