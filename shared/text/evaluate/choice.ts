import type { Choice, ChoiceResult } from '../../domain/runs/choice.ts';
import { formatCount, formatQuantity } from '../numbers.ts';
import { formatLoss } from '../training.ts';

/** What an epoch is called in sentences; 0 is the model before the first step. */
export const epochText = (epoch: number): string =>
  epoch === 0 ? 'the base' : `epoch ${formatCount(epoch)}`;

const atBeginning = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const points = (value: number) => formatCount(Math.round(value));

/** Fewer prompts make a bootstrap over them too narrow. */
const fewPrompts = 30;

/** What the votes on the epochs of a run say, in sentences: who leads, how surely, and what is missing. */
export function choiceSentences(result: ChoiceResult): string[] {
  const { ratings, lead, moreVotes, votes, byRule, prompts } = result;
  const [best, second] = ratings;
  if (!best || !second) return [];
  const [first, other] = [epochText(best.epoch), epochText(second.epoch)];
  const [lower, upper] = lead.interval;
  const rule = byRule > 0 ? `, and ${formatQuantity(byRule, 'tie')} of identical answers` : '';
  const known = `${atBeginning(first)} leads ${other} by ${formatQuantity(Math.round(lead.value), 'point')} [${points(lower)}, ${points(upper)}] after ${formatQuantity(votes, 'vote')} on ${formatQuantity(prompts, 'prompt')}${rule}.`;
  return [
    known,
    separationSentence(moreVotes, first, other),
    ...(prompts < fewPrompts
      ? [
          `Intervals of the ratings come from resampling ${formatQuantity(prompts, 'prompt')}: with fewer than ${fewPrompts} they are rather too narrow.`,
        ]
      : []),
  ];
}

function separationSentence(moreVotes: number | null, first: string, other: string): string {
  if (moreVotes === 0) return `The votes separate ${first} from ${other}.`;
  if (moreVotes === null)
    return `${atBeginning(first)} and ${other} are level: no number of votes is known that separates them.`;
  return `About ${formatQuantity(moreVotes, 'more vote')} would separate ${first} from ${other}, if they are what they seem.`;
}

/** Which checkpoint is used where nobody names one, and why. */
export function pickText({ pick }: Choice, momentText: (moment: number) => string): string {
  if (!pick) return 'Nothing is picked: the last checkpoint is used where nobody names one.';
  const { epoch, author, createdMs, basis, checkpointId } = pick;
  const why = basis === null ? 'by hand' : `on ${formatQuantity(basis.votes, 'verdict')}`;
  const gone =
    checkpointId === null ? ' Its file is gone, so the last checkpoint is used instead.' : '';
  return `${atBeginning(epochText(epoch))} is picked by ${author || 'somebody'} on ${momentText(createdMs)}, ${why}; it is used where nobody names another.${gone}`;
}

/** Columns of the ratings of epochs. */
export const ratingColumns: readonly string[] = [
  'Epoch',
  'Rating',
  '95 % interval',
  'Rank',
  'Verdicts',
  'Dev loss',
];

/** The ratings as cells of a table, the best first. */
export const ratingRows = ({ ratings }: ChoiceResult): string[][] =>
  ratings.map(({ epoch, rating, interval, rank, rankInterval, verdicts, devLoss }) => [
    epoch === 0 ? 'base' : formatCount(epoch),
    points(rating),
    `[${points(interval[0])}, ${points(interval[1])}]`,
    rankInterval[0] === rankInterval[1]
      ? String(rank)
      : `${rank} (${rankInterval[0]} to ${rankInterval[1]})`,
    formatCount(verdicts),
    devLoss === null ? '' : formatLoss(devLoss),
  ]);
