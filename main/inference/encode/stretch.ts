import type { TokenizedConversation } from '../model/vocabulary.ts';

/**
 * Consecutive tokens of a sample with one fate. A `sequence` is what the trainer gets as one;
 * its first `repeated` tokens stand in an earlier one too and are masked here.
 */
export interface Stretch extends TokenizedConversation {
  kind: 'sequence' | 'unseen';
  repeated: number;
}

/** A sequence, or unseen where nothing of it is trained. */
export function stretchOf(conversation: TokenizedConversation, repeated = 0): Stretch {
  const kind = conversation.trained.includes(1) ? 'sequence' : 'unseen';
  return { ...conversation, kind, repeated };
}

/** The tokens from `start` up to `end` (exclusive). */
export function slice(
  { tokens, trained, turns }: TokenizedConversation,
  start: number,
  end?: number,
): TokenizedConversation {
  return {
    tokens: tokens.slice(start, end),
    trained: trained.slice(start, end),
    turns: turns.slice(start, end),
  };
}

/** The same with its first `count` tokens kept out of the loss. */
export function maskStart(
  conversation: TokenizedConversation,
  count: number,
): TokenizedConversation {
  const trained = conversation.trained.map((mark, index) => (index < count ? 0 : mark));
  return { ...conversation, trained };
}

/** One behind the other. */
export function join(a: TokenizedConversation, b: TokenizedConversation): TokenizedConversation {
  return {
    tokens: [...a.tokens, ...b.tokens],
    trained: [...a.trained, ...b.trained],
    turns: [...a.turns, ...b.turns],
  };
}
