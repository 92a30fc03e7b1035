import type { PromptSetDetails, TaggedPrompt } from '../../contract/prompts.ts';
import type { TagEvidence } from '../../domain/evaluate/prompt-tags.ts';
import { displayLine, previewLine } from '../foreign-text.ts';
import { formatCount, formatQuantity } from '../numbers.ts';

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
  'JSON Lines or a table (.csv) with prompt, messages, instruction, conversations or MT-Bench’s ' +
  'turns, and optionally expected, tags, category, license and source; or one prompt a line. User turns with no answer between them are asked one after another.';

/** What importing conversations as dialogues means. */
export const asDialoguesHint =
  'Answers in the file are left out, and every user turn is asked: each system goes on with its own answers.';
/** The tags of a set with how many prompts have each: `sensitive 30, writing 12`. */
export const tagCountsText = ({ tagCounts }: Pick<PromptSetDetails, 'tagCounts'>): string =>
  tagCounts.length === 0
    ? 'none'
    : tagCounts.map(({ tag, prompts }) => `${displayLine(tag)} ${prompts}`).join(', ');

/** The tags of a prompt; a computed one says so. */
export const promptTagsText = (tags: TaggedPrompt['tags']): string =>
  tags
    .map(({ tag, authorKind }) => displayLine(authorKind === 'human' ? tag : `${tag} (computed)`))
    .join(', ');

/** Why a tag was computed: the nearest sample, how like it is, and what counts as near. */
export function evidenceText({ datasetName, likeness, threshold, nearest }: TagEvidence): string {
  const compared = `near is ${threshold.toFixed(2)} or more, by the words of the questions`;
  return nearest === null
    ? `No sample of “${displayLine(datasetName)}” shares a word with it (${compared}).`
    : `The nearest sample of “${displayLine(datasetName)}” is ${likeness.toFixed(2)} like it (${compared}): “${previewLine(nearest.prompt, 120)}”`;
}

/** What marking prompts did. */
export const markedText = ({ far, near, decided }: Marked): string =>
  `${formatQuantity(far, 'prompt')} out of distribution, ${formatCount(near)} near a sample` +
  (decided > 0 ? `; ${formatCount(decided)} as a person decided` : '');

interface Marked {
  far: number;
  near: number;
  decided: number;
}
