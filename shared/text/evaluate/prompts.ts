import { formatQuantity } from '../numbers.ts';

/** What prompts of a set that are there more than once mean for an evaluation. */
export const repeatedText = (repeated: number): string =>
  `${formatQuantity(repeated, 'prompt')} of the set ${repeated === 1 ? 'is' : 'are'} there already: ` +
  'answers to equal prompts are no independent comparisons, so results count each prompt once.';

/** How many prompts a set has, and how many of them are dialogues. */
export const promptCount = ({
  prompts,
  dialogues,
}: {
  prompts: number;
  dialogues: number;
}): string =>
  dialogues === 0
    ? formatQuantity(prompts, 'prompt')
    : dialogues === prompts
      ? formatQuantity(prompts, 'dialogue')
      : `${formatQuantity(prompts, 'prompt')}, of which ${formatQuantity(dialogues, 'dialogue')}`;

/** What a file of prompts may hold, for forms and help. */
export const promptFileHint =
  'JSON Lines with prompt, messages, instruction, conversations or MT-Bench’s turns, and optionally ' +
  'expected; or one prompt a line. User turns with no answer between them are asked one after another.';

/** What importing conversations as dialogues means. */
export const asDialoguesHint =
  'Answers in the file are left out, and every user turn is asked: each system goes on with its own answers.';
