import { mixBits } from '../seeded-uniform.ts';

interface Asked {
  messages: readonly { role: string; content: string }[];
}

/** Equal for prompts of the same words, space by space. */
export const promptKey = (messages: Asked['messages']): string =>
  JSON.stringify(messages.map(({ role, content }) => [role, content]));

/**
 * The seed of one answer: of the seed of its system, the words of its prompt and which of the
 * prompts with these words it is, from 0. Nothing else that is asked changes it: neither what is
 * asked besides nor in which order.
 */
export function answerSeed(seed: number, { messages }: Asked, repetition: number): number {
  let bits = mixBits(seed);
  // FNV-1a over UTF-16 code units, from a basis that the seed gives.
  const key = promptKey(messages);
  for (let unit = 0; unit < key.length; unit += 1)
    bits = Math.imul(bits ^ key.charCodeAt(unit), 0x01000193);
  return (mixBits(bits) + repetition) >>> 0;
}

/** Each prompt of a list with how many before it have the same words. */
export function withRepetitions<Item extends Asked>(
  items: readonly Item[],
): (Item & { repetition: number })[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const key = promptKey(item.messages);
    const repetition = seen.get(key) ?? 0;
    seen.set(key, repetition + 1);
    return { ...item, repetition };
  });
}
