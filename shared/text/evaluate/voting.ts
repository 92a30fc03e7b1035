import type { EvaluationSummary, OwnResults } from '../../contract/evaluate.ts';
import type { ShownVerdict } from '../../domain/evaluate/evaluation.ts';
import { displayLine } from '../foreign-text.ts';
import { formatQuantity } from '../numbers.ts';
import { winRateText } from './vote-statistics.ts';

/** A choice of whoever votes, with the one key that stands for it in the window and on a terminal. */
export interface VerdictOption {
  verdict: ShownVerdict;
  label: string;
  key: string;
}

const limaOptions: readonly VerdictOption[] = [
  { verdict: 'left', label: 'Left is better', key: '1' },
  { verdict: 'neither', label: 'Neither significantly better', key: '2' },
  { verdict: 'right', label: 'Right is better', key: '3' },
];

const bothBadOption: VerdictOption = { verdict: 'both-bad', label: 'Both are bad', key: '4' };

/** LIMA’s three choices, and “both bad” where it is offered. */
export const verdictOptions = (hasBothBad: boolean): readonly VerdictOption[] =>
  hasBothBad ? [...limaOptions, bothBadOption] : limaOptions;

/** A choice in words. */
export const verdictLabel = (verdict: ShownVerdict): string =>
  verdictOptions(true).find((option) => option.verdict === verdict)?.label ?? verdict;

/** About how many more votes separate the two systems; empty while there are too few to tell. */
export function pairSeparationText({ separation }: Pick<EvaluationSummary, 'separation'>): string {
  if (!separation) return '';
  const { votes, moreVotes } = separation;
  const after = `After ${formatQuantity(votes, 'vote')}`;
  if (moreVotes === 0) return `${after} the systems are separated.`;
  if (moreVotes === null) return `${after} the systems are level: no number of votes is known.`;
  return `${after} about ${formatQuantity(moreVotes, 'more vote')} would separate the systems, if these rates are the true ones.`;
}

/** What somebody who asks for their own results is told first. */
export const ownResultsQuestion =
  'You see what your own votes say, and vote here no more. Everybody else goes on blind: tell nobody ' +
  'which answer is whose, and leave this page before somebody else votes on this machine.';

/** How many votes a person’s own results are of. */
export const ownVotesText = ({ author, votes, bothBad }: OwnResults): string =>
  `${formatQuantity(votes, 'vote')} of ${displayLine(author)}` +
  (bothBad === 0 ? '' : `, ${formatQuantity(bothBad, 'time')} “both bad”`);

/** What a person’s own votes say, for a terminal. */
export const ownResultsText = (own: OwnResults): string =>
  [
    `${ownVotesText(own)}, and nobody else’s:`,
    ...own.statistics.comparisons.map(
      (one) =>
        `${displayLine(one.a)} against ${displayLine(one.b)}: ${one.wins} won, ${one.ties} tied, ` +
        `${one.losses} lost; win + ½ tie ${winRateText(one)}`,
    ),
  ].join('\n');
