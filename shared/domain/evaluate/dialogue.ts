import { z } from 'zod';
import { answerIdentitySchema } from '../identity.ts';
import type { Message } from '../message.ts';
import { countSchema } from '../stored-value.ts';

/** One answer of a dialogue, with all that a single answer is stored with. */
export const turnAnswerSchema = z.object({
  output: z.string(),
  finish: z.enum(['stop', 'length']),
  promptTokens: countSchema,
  outputTokens: countSchema,
  durationMs: z.number(),
  identity: answerIdentitySchema,
});
export type TurnAnswer = z.infer<typeof turnAnswerSchema>;

interface Spoken {
  role: Message['role'];
  content: string;
}

/**
 * What of a prompt is given, and the user turns that are asked: those behind the last message that
 * is not the user's. Several of them are a dialogue, asked one after the other; whatever was
 * answered before stays a history that every system gets alike.
 */
export function splitPrompt<Turn extends Spoken>(
  messages: readonly Turn[],
): { given: Turn[]; asked: Turn[] } {
  const first = messages.findLastIndex(({ role }) => role !== 'user') + 1;
  return { given: messages.slice(0, first), asked: messages.slice(first) };
}

/** How many answers a prompt asks of each system: more than one of a dialogue. */
export const turnsOf = (messages: readonly Spoken[]): number =>
  Math.max(1, splitPrompt(messages).asked.length);

/** True of a prompt whose user turns are asked one after the other. */
export const isDialogue = (messages: readonly Spoken[]): boolean => turnsOf(messages) > 1;

/** What is asked after these answers: the conversation so far, on the system's own history. */
export function turnPrompt(messages: readonly Message[], answers: readonly string[]): Message[] {
  const { given, asked } = splitPrompt(messages);
  const turns = asked.slice(0, answers.length + 1).flatMap((turn, place) => {
    const content = answers[place];
    return content === undefined ? [turn] : [turn, { role: 'assistant' as const, content }];
  });
  return [...given, ...turns];
}
