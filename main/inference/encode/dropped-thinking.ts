import type { Message } from '../../../shared/domain/message.ts';
import type { TokenizedConversation } from '../model/vocabulary.ts';

/** The same with answers that lost their thinking kept out of the loss, and a remark that says so. */
export function maskThoughtless(conversation: TokenizedConversation): TokenizedConversation {
  const lost = new Set(
    conversation.remarks
      .filter(({ kind }) => kind === 'thinking-dropped')
      .map(({ message }) => message),
  );
  if (lost.size === 0) return conversation;
  const isLost = (index: number) => lost.has(conversation.turns[index] ?? -1);
  return {
    ...conversation,
    trained: conversation.trained.map((mark, index) => (isLost(index) ? 0 : mark)),
    remarks: conversation.remarks.flatMap((remark) => {
      if (remark.kind === 'thinking-dropped') return [{ ...remark, ...masked }];
      return lost.has(remark.message) ? [] : [remark];
    }),
  };
}

const masked = {
  kind: 'thinking-masked',
  text: 'the template leaves out the thinking of this answer, so it is not trained',
} as const;

/** A conversation up to one of its answers, which alone is trained. */
export interface AnswerConversation {
  messages: Message[];
  /** Messages at its start that an earlier one has, too: all up to the answer before. */
  repeatedMessages: number;
}

/** The conversations that end with each trained answer. */
export function answerConversations(messages: readonly Message[]): AnswerConversation[] {
  let repeatedMessages = 0;
  return messages.flatMap((message, index) => {
    if (message.role !== 'assistant' || message.weight === 0) return [];
    const before = messages
      .slice(0, index)
      .map((one) => (one.role === 'assistant' ? { ...one, weight: 0 as const } : one));
    const conversation = { messages: [...before, message], repeatedMessages };
    repeatedMessages = index + 1;
    return [conversation];
  });
}
