import type { EvaluationReport, ReportVote } from '../domain/evaluate/evaluation-report.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';
import type { ReportTable } from './report-figures.ts';

const votesOf = (reports: readonly Pick<EvaluationReport, 'items'>[]): ReportVote[] =>
  reports.flatMap(({ items }) => items.flatMap(({ votes }) => votes));

const isByPerson = ({ authorKind }: ReportVote) => authorKind === 'human';

/** How many votes of people say that both answers are bad. */
export const countBothBad = (reports: readonly Pick<EvaluationReport, 'items'>[]): number =>
  votesOf(reports).filter((vote) => isByPerson(vote) && vote.shown === 'both-bad').length;

/** A further word on the votes; empty where nobody said that both answers are bad. */
export const bothBadText = (bothBad: number): string =>
  bothBad === 0 ? '' : `; ${formatQuantity(bothBad, 'vote')} that both answers are bad`;

/** Of each tag how many votes have it, and what they say; null where no vote has one. */
export function tagTable(reports: readonly Pick<EvaluationReport, 'items'>[]): ReportTable | null {
  const tagged = votesOf(reports).flatMap((vote) => vote.tags.map((tag) => ({ tag, vote })));
  if (tagged.length === 0) return null;
  const tags = [...Map.groupBy(tagged, ({ tag }) => tag)].toSorted(
    ([p, ps], [q, qs]) => qs.length - ps.length || (p < q ? -1 : 1),
  );
  const count = (some: readonly { vote: ReportVote }[], is: (vote: ReportVote) => boolean) =>
    formatCount(some.filter(({ vote }) => is(vote)).length);
  return {
    columns: ['Tag', 'Votes', 'For one of the two', 'Neither', 'Both bad'],
    rows: tags.map(([tag, some]) => [
      displayLine(tag),
      formatCount(some.length),
      count(some, ({ verdict }) => verdict !== 'tie'),
      count(some, ({ verdict, shown }) => verdict === 'tie' && shown !== 'both-bad'),
      count(some, ({ shown }) => shown === 'both-bad'),
    ]),
  };
}

/** Says who saw what their own votes say before the others; nothing where nobody did. */
export const ownResultsSentences = (sawOwnResults: readonly string[]): string[] =>
  sawOwnResults.length === 0
    ? []
    : [
        `Saw what their own votes say before it was revealed to all, and voted no more after that: ${sawOwnResults.map(displayLine).join(', ')}.`,
      ];
