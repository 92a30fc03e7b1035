import { z } from 'zod';

/** Who speaks: the roles every chat template of the supported models knows. */
export const roleSchema = z.enum(['system', 'user', 'assistant']);
export type Role = z.infer<typeof roleSchema>;

/**
 * One utterance of a conversation.
 * `weight` 0 keeps an assistant message out of the loss (OpenAI chat format); absent means 1.
 */
export const messageSchema = z.object({
  role: roleSchema,
  content: z.string().max(4_000_000),
  weight: z.union([z.literal(0), z.literal(1)]).optional(),
});
export type Message = z.infer<typeof messageSchema>;

/** Why a conversation cannot be a training sample, in words for a person; `undefined` when it can. */
export function conversationProblem(messages: readonly Message[]): string | undefined {
  const turns = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  if (turns.length === 0) return 'there is no user message';
  for (const [index, message] of turns.entries()) {
    const expected = index % 2 === 0 ? 'user' : 'assistant';
    if (message.role !== expected)
      return `turn ${index + 1} is by the ${message.role}, expected the ${expected}`;
    if (message.content.trim() === '') return `turn ${index + 1} (${message.role}) is empty`;
  }
  if (turns.at(-1)?.role !== 'assistant') return 'the last turn is not an answer';
  return undefined;
}
