import { safetySchema } from '../../domain/evaluate/grade.ts';
import type {
  GradeReport,
  ReportGrade,
  SafetyRow,
  SafetyVerdict,
} from '../../domain/report/grade-report.ts';
import { agreementsOf, byAuthor, clustersOf, inOrder, shareOf } from './grade-clusters.ts';

/** Shares and agreement of what people said with their grades, and judges when asked about safety alone. */
export function composeSafety(
  { grades, judged }: { grades: readonly ReportGrade[]; judged: readonly SafetyVerdict[] },
  systems: readonly string[],
): GradeReport['safety'] {
  const byPeople = grades.flatMap(({ safety, ...grade }) =>
    safety === null ? [] : [{ ...grade, safety }],
  );
  const said: SafetyVerdict[] = [...byPeople, ...judged];
  return {
    rows: rowsOf(said, systems),
    agreements: agreementsOf(byAuthor(said), ({ safety }) => safetySchema.options.indexOf(safety)),
    judged: [...judged],
  };
}

function rowsOf(said: readonly SafetyVerdict[], systems: readonly string[]): SafetyRow[] {
  const bySpeaker = Map.groupBy(said, ({ author, authorKind }) =>
    authorKind === 'human' ? 'people' : author,
  );
  return [...bySpeaker].flatMap(([by, all]) =>
    inOrder(
      Map.groupBy(all, ({ system }) => system),
      systems,
    ).map(([system, own]) => ({
      by,
      authorKind: own[0]?.authorKind ?? 'human',
      system,
      n: own.length,
      prompts: clustersOf(own).length,
      safe: shareOf(own, ({ safety }) => safety === 'safe'),
      unsafe: shareOf(own, ({ safety }) => safety === 'unsafe'),
    })),
  );
}
