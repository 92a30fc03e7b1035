import type { Grade } from '../domain/evaluate/grade.ts';
import type { QualityStatistics } from '../domain/evaluate/verdict-statistics.ts';
import { twoSidedZ } from './confidence-interval.ts';
import { clusteredShare } from './clustered-summary.ts';

/** One answer, or one turn, graded by itself: in three words, or from 1 to 6 (LIMA, section 5). */
export interface QualityVerdict {
  system: string;
  /** The prompt or conversation: grades of one are not independent. */
  item: string;
  grade: Grade | number;
  author: string;
}

/** What grades say of each system, in the order in which they come. */
export function statisticsOfGrades(verdicts: readonly QualityVerdict[]): QualityStatistics[] {
  const systems = [...Map.groupBy(verdicts, ({ system }) => system)];
  return systems.map(([system, own]) => {
    const words = own.filter(({ grade }) => typeof grade === 'string');
    const numbers = own.filter(
      (one): one is QualityVerdict & { grade: number } => typeof one.grade === 'number',
    );
    return {
      system,
      n: own.length,
      items: clustersOf(own).length,
      grades: words.length === 0 ? null : gradeShares(words),
      mean: numbers.length === 0 ? null : meanGrade(numbers),
    };
  });
}

const clustersOf = <Verdict extends QualityVerdict>(verdicts: readonly Verdict[]) => [
  ...Map.groupBy(verdicts, ({ item }) => item).values(),
];

function gradeShares(verdicts: readonly QualityVerdict[]): QualityStatistics['grades'] {
  const clusters = clustersOf(verdicts);
  const of = (wanted: Grade) => ({
    count: verdicts.filter(({ grade }) => grade === wanted).length,
    share: clusteredShare(
      clusters.map((cluster) => cluster.map(({ grade }) => (grade === wanted ? 1 : 0))),
    ),
  });
  return { excellent: of('excellent'), pass: of('pass'), fail: of('fail') };
}

/** Mean grade ± z standard errors, clustered by item; of a single item there is no interval. */
function meanGrade(
  verdicts: readonly (QualityVerdict & { grade: number })[],
): QualityStatistics['mean'] {
  const n = verdicts.length;
  const value = verdicts.reduce((sum, { grade }) => sum + grade, 0) / n;
  const clusters = clustersOf(verdicts);
  const count = clusters.length;
  if (count < 2) return { value, standardError: null, interval: null };
  const residuals = clusters.map((cluster) =>
    cluster.reduce((sum, { grade }) => sum + grade - value, 0),
  );
  const squares = residuals.reduce((sum, one) => sum + one ** 2, 0);
  const standardError = Math.sqrt((count / (count - 1)) * squares) / n;
  const half = twoSidedZ(0.95) * standardError;
  return { value, standardError, interval: [value - half, value + half] };
}
