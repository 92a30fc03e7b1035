import type { EvaluationReport, ReportVote } from '../domain/report/evaluation-report.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatQuantity } from '../text/numbers.ts';

/** All standing votes of some reports. */
export const votesOf = (reports: readonly Pick<EvaluationReport, 'items'>[]): ReportVote[] =>
  reports.flatMap(({ items }) => items.flatMap(({ votes }) => votes));

const isByPerson = ({ authorKind }: ReportVote) => authorKind === 'human';

/** How many votes of people say that both answers are bad. */
export const countBothBad = (reports: readonly Pick<EvaluationReport, 'items'>[]): number =>
  votesOf(reports).filter((vote) => isByPerson(vote) && vote.shown === 'both-bad').length;

/** A further word on the votes; empty where nobody said that both answers are bad. */
export const bothBadText = (bothBad: number): string =>
  bothBad === 0 ? '' : `; ${formatQuantity(bothBad, 'vote')} that both answers are bad`;

/** Says who saw what their own votes say before the others; nothing where nobody did. */
export const ownResultsSentences = (sawOwnResults: readonly string[]): string[] =>
  sawOwnResults.length === 0
    ? []
    : [
        `Saw what their own votes say before it was revealed to all, and voted no more after that: ${sawOwnResults.map(displayLine).join(', ')}.`,
      ];
