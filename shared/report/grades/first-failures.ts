import type { AuthorKind } from '../../domain/evaluate/evaluation.ts';
import type { FirstFailures } from '../../domain/report/grade-report.ts';
import type { Grade } from '../../domain/evaluate/grade.ts';
import { clusteredShare } from '../../stats/clustered-summary.ts';

/** The grade of one turn of a dialogue. */
export interface TurnGrade {
  system: string;
  author: string;
  authorKind: AuthorKind;
  /** Which dialogue it is of, the same for all systems. */
  dialogue: string;
  /** From 0. */
  turn: number;
  grade: Grade;
}

/** How soon LIMA counts that a dialogue fails: “within three turns” (section 6). */
export const earlyTurns = 3;

/**
 * The first turn that fails, of each dialogue that was graded: what one person said of a dialogue
 * counts once, and several who graded the same one are a cluster.
 */
export function firstFailures(grades: readonly TurnGrade[]): FirstFailures[] {
  const groups = Map.groupBy(grades, ({ system, author, authorKind }) =>
    JSON.stringify([authorKind === 'human' ? 'people' : author, system]),
  );
  return [...groups.values()].flatMap((own): FirstFailures[] => {
    const [one] = own;
    if (!one) return [];
    const clusters = [...Map.groupBy(own, ({ dialogue }) => dialogue).values()].map(failuresOf);
    const failures = clusters.flat();
    const share = (isSo: (at: number) => boolean) => ({
      count: failures.filter(isSo).length,
      share: clusteredShare(clusters.map((cluster) => cluster.map((at) => (isSo(at) ? 1 : 0)))),
    });
    const latest = Math.max(-1, ...failures.filter(Number.isFinite));
    return [
      {
        by: one.authorKind === 'human' ? 'people' : one.author,
        authorKind: one.authorKind,
        system: one.system,
        dialogues: clusters.length,
        turns: own.length,
        failed: share(Number.isFinite),
        failedEarly: share((at) => at < earlyTurns),
        firstAt: Array.from(
          { length: latest + 1 },
          (_, turn) => failures.filter((at) => at === turn).length,
        ),
      },
    ];
  });
}

/** For each grader of one dialogue the first turn that failed; infinite where none did. */
const failuresOf = (grades: readonly TurnGrade[]): number[] =>
  [...Map.groupBy(grades, ({ author, authorKind }) => `${authorKind}:${author}`).values()].map(
    (own) => Math.min(...own.filter(({ grade }) => grade === 'fail').map(({ turn }) => turn)),
  );
