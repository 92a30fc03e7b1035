import { z } from 'zod';
import { messageSchema } from '../message.ts';
import { promptTagNameSchema } from './prompt-tags.ts';

const placeSchema = z.number().int().min(0);

/** A prompt as somebody writes it; `tags` are all that it shall have, and stay as they are without. */
export const editedPromptSchema = z.object({
  messages: z.array(messageSchema).min(1).max(1000),
  expected: z.string().max(1_000_000).nullable().default(null),
  license: z.string().trim().max(1000).default(''),
  source: z.string().trim().max(1000).default(''),
  tags: z.array(promptTagNameSchema).max(20).optional(),
});
export type EditedPrompt = z.infer<typeof editedPromptSchema>;

/** One change of the prompts of a set; places count from 0 and are those after the changes before. */
export const promptChangeSchema = z.discriminatedUnion('do', [
  /** At a place, or at the end. */
  z.object({ do: z.literal('add'), at: placeSchema.optional(), prompt: editedPromptSchema }),
  z.object({ do: z.literal('replace'), ordinal: placeSchema, prompt: editedPromptSchema }),
  z.object({ do: z.literal('delete'), ordinals: z.array(placeSchema).min(1).max(100_000) }),
  z.object({ do: z.literal('move'), ordinal: placeSchema, to: placeSchema }),
]);
export type PromptChange = z.infer<typeof promptChangeSchema>;

/** Why messages are no prompt, in words for a person; `undefined` when they are one. */
export function promptProblem(messages: readonly { role: string; content: string }[]) {
  const last = messages.at(-1);
  if (last?.role !== 'user') return 'the last turn is not a question of the user';
  const empty = messages.findIndex(({ content }) => content.trim() === '');
  return empty === -1 ? undefined : `turn ${empty + 1} is empty`;
}

/** The list after a change. Throws a RangeError for a place that it does not have. */
export function changedPrompts<Item>(
  prompts: readonly (Item | EditedPrompt)[],
  change: PromptChange,
): (Item | EditedPrompt)[] {
  const known = (place: number) => {
    if (place < prompts.length) return place;
    throw new RangeError(`there is no prompt ${place + 1}: the set has ${prompts.length}`);
  };
  if (change.do === 'add') return prompts.toSpliced(change.at ?? prompts.length, 0, change.prompt);
  if (change.do === 'replace') return prompts.with(known(change.ordinal), change.prompt);
  if (change.do === 'delete') {
    const gone = new Set(change.ordinals.map(known));
    return prompts.filter((_, place) => !gone.has(place));
  }
  const moved = prompts.slice(known(change.ordinal), change.ordinal + 1);
  return prompts.toSpliced(change.ordinal, 1).toSpliced(known(change.to), 0, ...moved);
}
