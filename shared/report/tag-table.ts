import type { EvaluationReport, ReportVote } from '../domain/report/evaluation-report.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount } from '../text/numbers.ts';
import type { ReportTable } from './report-figures.ts';
import { votesOf } from './vote-reasons.ts';

/** Of each tag how many votes have it, and what they say; null where no vote has one. */
export function tagTable(reports: readonly Pick<EvaluationReport, 'items'>[]): ReportTable | null {
  const tagged = votesOf(reports).flatMap((vote) => vote.tags.map((tag) => ({ tag, vote })));
  if (tagged.length === 0) return null;
  const tags = [...Map.groupBy(tagged, ({ tag }) => tag)].toSorted(
    ([p, ps], [q, qs]) => qs.length - ps.length || (p < q ? -1 : 1),
  );
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

const count = (some: readonly { vote: ReportVote }[], is: (vote: ReportVote) => boolean): string =>
  formatCount(some.filter(({ vote }) => is(vote)).length);
