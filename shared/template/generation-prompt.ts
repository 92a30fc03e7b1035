import type { Message } from '../domain/message.ts';
import { runTemplate, type TemplateValues } from './run-template.ts';
import { type RenderedPiece, splitRendering } from './split-rendering.ts';
import { TemplateError } from './template-error.ts';

/** The texts that one model's template renders with; both may be empty. */
export type TemplateTexts = Omit<TemplateValues, 'addGenerationPrompt'>;

/**
 * What a template that knows no `add_generation_prompt` needs behind a conversation that waits
 * for an answer: the header it writes in front of answers; '' when that is only white space.
 */
export function missingHeader(
  template: string,
  messages: readonly Message[],
  texts: TemplateTexts,
): string {
  if (template.includes('add_generation_prompt') || messages.at(-1)?.role !== 'user') return '';
  const values = { ...texts, addGenerationPrompt: true };
  const answered: Message[] = [...messages, { role: 'assistant', content: 'x' }];
  let pieces: RenderedPiece[];
  try {
    pieces = splitRendering(template, answered, values);
  } catch (error) {
    const isMoved = messages[0]?.role === 'system' && isDropped(error);
    // The template writes a system message only into a last question, which this no longer is.
    if (isMoved) return missingHeader(template, messages.slice(1), texts);
    throw error;
  }
  const answer = pieces.findIndex(({ messageIndex }) => messageIndex === messages.length);
  const before = pieces.slice(0, answer).map(({ text }) => text);
  const asked = runTemplate(template, messages, values);
  if (!before.join('').startsWith(asked)) return '';
  const header = before.join('').slice(asked.length);
  // A prompt that ends in a space would be tokenized unlike the space in front of an answer.
  return header.trim() === '' ? '' : header.replace(/ +$/, '');
}

/** Whether a template was refused because it leaves out a message. */
export const isDropped = (error: unknown): boolean =>
  error instanceof TemplateError && error.code === 'TEMPLATE_DROPS_MESSAGE';

/** Prompts of one template, which the samples per answer of a conversation ask for again and again. */
const known = { template: '', prompts: new Map<string, string>(), characters: 0 };
const mostKnownCharacters = 8_000_000;
/** A longer conversation is not remembered: that would take its memory twice. */
const mostRememberedCharacters = 1_000_000;

/** The text of the chat prompt for a conversation that ends with a user message, without BOS rules. */
export function promptText(
  template: string,
  messages: readonly Message[],
  texts: TemplateTexts,
): string {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters > mostRememberedCharacters) return newPromptText(template, messages, texts);
  const said = messages.map(({ role, content }) => [role, content]);
  const key = JSON.stringify([texts.bosText, texts.eosText, said]);
  const before = known.template === template ? known.prompts.get(key) : undefined;
  if (before !== undefined) return before;
  const prompt = newPromptText(template, messages, texts);
  if (known.template !== template || known.characters > mostKnownCharacters)
    Object.assign(known, { template, prompts: new Map(), characters: 0 });
  known.prompts.set(key, prompt);
  known.characters += key.length + prompt.length;
  return prompt;
}

function newPromptText(
  template: string,
  messages: readonly Message[],
  texts: TemplateTexts,
): string {
  const rendered = runTemplate(template, messages, { ...texts, addGenerationPrompt: true });
  return rendered + missingHeader(template, messages, texts);
}
