import { turnPrompt } from '../domain/evaluate/dialogue.ts';
import type { Message } from '../domain/message.ts';
import { withoutThinking } from './thinking.ts';

/** The words of one side of a dialogue, as lengths and identical answers are told by. */
export const sideWords = (turns: readonly { output: string }[]): string =>
  turns.map(({ output }) => withoutThinking(output)).join('\n\n');

const speakers = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

/** A dialogue as plain text, whose answers show no thinking: for whoever reads it as a whole. */
export const dialogueText = (messages: readonly Message[], answers: readonly string[]): string =>
  turnPrompt(messages, answers.map(withoutThinking))
    .map(({ role, content }) => `${speakers[role]}: ${content}`)
    .join('\n\n');
