import type { Message } from '../../../shared/domain/message.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import { splitSample, type SampleTokenizer } from './split-sample.ts';
import { slice, stretchOf, type Stretch } from './stretch.ts';
import type { TokenizedConversation } from '../model/vocabulary.ts';

/** A sample as the length limit leaves it: all of its tokens, in order. */
export interface FittedSample {
  /** Length before anything was cut. */
  wholeTokens: number;
  outcome: 'whole' | 'truncated' | 'split' | 'dropped';
  /** Why nothing of it is trained; empty unless it was dropped. */
  reason: string;
  stretches: Stretch[];
}

/** How long a sample may be and what becomes of a longer one. */
export type LengthLimit = Pick<Recipe, 'maxTokens' | 'overlong'>;

/** Makes a sample fit: as it is, cut at the end, split, or left out with the reason. */
export function fitSample(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  { maxTokens, overlong }: LengthLimit,
): FittedSample {
  const whole = tokenizer.encodeSample(messages);
  const wholeTokens = whole.tokens.length;
  const fitted = { wholeTokens, reason: '' };
  const first = whole.trained.indexOf(1);
  if (first < 0) return dropped(whole, 'no answer of it is trained (all have weight 0)');
  if (wholeTokens <= maxTokens)
    return { ...fitted, outcome: 'whole', stretches: [stretchOf(whole)] };
  if (overlong === 'split')
    return { ...fitted, outcome: 'split', stretches: splitSample(tokenizer, messages, maxTokens) };
  if (overlong === 'drop')
    return dropped(whole, `its ${wholeTokens} tokens are more than ${maxTokens}`);
  if (first >= maxTokens)
    return dropped(
      whole,
      `its first answer starts at token ${first + 1}, behind the cut at ${maxTokens} tokens`,
    );
  const stretches = [
    stretchOf(slice(whole, 0, maxTokens)),
    { ...stretchOf(slice(whole, maxTokens)), kind: 'unseen' as const },
  ];
  return { ...fitted, outcome: 'truncated', stretches };
}

function dropped(whole: TokenizedConversation, reason: string): FittedSample {
  const unseen = { ...stretchOf(whole), kind: 'unseen' as const };
  return { wholeTokens: whole.tokens.length, outcome: 'dropped', reason, stretches: [unseen] };
}
