import { formatQuantity } from '../numbers.ts';

/** What prompts of a set that are there more than once mean for an evaluation. */
export const repeatedText = (repeated: number): string =>
  `${formatQuantity(repeated, 'prompt')} of the set ${repeated === 1 ? 'is' : 'are'} there already: ` +
  'answers to equal prompts are no independent comparisons, so results count each prompt once.';
