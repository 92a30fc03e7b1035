import type { Message } from '../message.ts';

const speakers = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

/** A prompt as a judge reads it: a single question as it is, a conversation turn by turn. */
export function promptForJudge(messages: readonly Message[]): string {
  const [only] = messages;
  if (messages.length === 1 && only?.role === 'user') return only.content;
  return messages.map(({ role, content }) => `[${speakers[role]}]\n${content}`).join('\n\n');
}
