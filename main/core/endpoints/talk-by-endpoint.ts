import type { EndpointIdentity } from '../../../shared/domain/identity.ts';
import { inRounds, nextTurn, tellTurn, type Talk, type TalkAnswer } from '../models/ask-turns.ts';
import type { ProjectNetwork } from '../network/project-network.ts';
import { answerByEndpoint, type EndpointQuestions } from './answer-by-endpoint.ts';

/** What an endpoint is asked, of which dialogues go on turn by turn. */
export type EndpointTalks = Omit<EndpointQuestions, 'items'> & { talks: readonly Talk[] };

/**
 * Lets an endpoint answer prompts to their end, each dialogue on its own answers: all that are open
 * are asked their next turn before any is asked the one behind it.
 */
export async function talkByEndpoint(
  network: ProjectNetwork,
  { talks, ...questions }: EndpointTalks,
  {
    signal,
    onAnswer,
  }: {
    signal: AbortSignal;
    onAnswer: (talk: Talk, answer: TalkAnswer<EndpointIdentity>, isLast: boolean) => void;
  },
): Promise<void> {
  let { hasAnswered } = questions;
  await inRounds(talks, async (open) => {
    const byKey = new Map(open.map((talk) => [talk.key, talk]));
    const answered = new Set<string>();
    await answerByEndpoint(
      network,
      { ...questions, items: open.map(nextTurn), hasAnswered },
      {
        signal,
        onAnswer: (key, answer) => {
          const talk = byKey.get(key);
          if (!talk) return;
          if (answer.finish !== 'failed') answered.add(key);
          tellTurn(talk, answer, onAnswer);
        },
      },
    );
    hasAnswered ||= answered.size > 0;
    return answered;
  });
}
