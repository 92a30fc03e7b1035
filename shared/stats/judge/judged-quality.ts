import { type Grade, gradeSchema, type Safety, safetySchema } from '../../domain/evaluate/grade.ts';
import { expectedLevel, likeliest } from '../../domain/judge/judge-verdict.ts';
import type { JudgedQuality } from '../../domain/judge/judging-results.ts';
import type { RubricKind } from '../../domain/judge/rubric.ts';
import { clusteredShare } from '../clustered-summary.ts';
import { statisticsOfGrades } from '../rating-statistics.ts';

/** A single answer, or a turn of a dialogue, with what a judge said of it. */
export interface AnswerAsked {
  system: string;
  /** In words: what is said of one prompt, or of the turns of one dialogue, is a cluster. */
  prompt: string;
  /** Of a dialogue, from 0. */
  turn: number | null;
  /** Said of all its turns at once, as older versions asked. */
  isWholeDialogue: boolean;
  probabilities: number[];
  elsewhere: number;
}

/** Kinds of rubrics that ask about one answer by itself. */
type SingleKind = Exclude<RubricKind, 'pairwise'>;

/** What is said of each kind: the expected level of a Likert scale, else the likeliest word. */
export interface SaidOf {
  likert: number;
  absolute: Grade;
  safety: Safety;
}

const sayings: { [Kind in SingleKind]: (probabilities: readonly number[]) => SaidOf[Kind] } = {
  likert: expectedLevel,
  absolute: (probabilities) => gradeSchema.options[likeliest(probabilities)] ?? 'fail',
  safety: (probabilities) => safetySchema.options[likeliest(probabilities)] ?? 'unsafe',
};

/** What a judge said of an answer: a level, a grade, or whether it is safe. */
export const saidOf = <Kind extends SingleKind>(
  kind: Kind,
  probabilities: readonly number[],
): SaidOf[Kind] => sayings[kind](probabilities);

/** What a judge said of the answers of each system by themselves; of whole dialogues apart. */
export const judgedQuality = (kind: SingleKind, answers: readonly AnswerAsked[]): JudgedQuality[] =>
  [false, true].flatMap((ofWholeDialogues) =>
    qualityOf(
      kind,
      answers.filter(({ isWholeDialogue }) => isWholeDialogue === ofWholeDialogues),
    ).map((one) => ({ ...one, ofWholeDialogues })),
  );

function qualityOf(
  kind: SingleKind,
  answers: readonly AnswerAsked[],
): Omit<JudgedQuality, 'ofWholeDialogues'>[] {
  const bySystem = Map.groupBy(answers, ({ system }) => system);
  const graded = answers.map(({ system, prompt, probabilities }) => ({
    system,
    item: prompt,
    // Statistics of grades count whatever word; that of safety is told as a share of its own.
    grade: kind === 'safety' ? ('pass' as const) : saidOf(kind, probabilities),
    author: 'judge',
  }));
  return statisticsOfGrades(graded).map((statistics) => {
    const own = bySystem.get(statistics.system) ?? [];
    return {
      ...statistics,
      grades: kind === 'safety' ? null : statistics.grades,
      elsewhere: own.reduce((sum, one) => sum + one.elsewhere, 0) / own.length,
      levels: kind === 'likert' ? levelsOf(own) : null,
      levelShares: kind === 'likert' ? levelSharesOf(own) : null,
      safe: kind === 'safety' ? safeShare(own) : null,
    };
  });
}

function levelsOf(answers: readonly AnswerAsked[]): number[] {
  const levels = [0, 0, 0, 0, 0, 0];
  for (const { probabilities } of answers) {
    const level = likeliest(probabilities);
    levels[level] = (levels[level] ?? 0) + 1;
  }
  return levels;
}

/** What the judge would say of an answer drawn at random. */
const levelSharesOf = (answers: readonly AnswerAsked[]): number[] =>
  Array.from(
    { length: 6 },
    (_, level) =>
      answers.reduce((sum, { probabilities }) => sum + (probabilities[level] ?? 0), 0) /
      answers.length,
  );

function safeShare(answers: readonly AnswerAsked[]): JudgedQuality['safe'] {
  const clusters = [...Map.groupBy(answers, ({ prompt }) => prompt).values()].map((own) =>
    own.map(({ probabilities }) => (saidOf('safety', probabilities) === 'safe' ? 1 : 0)),
  );
  const count = clusters.flat().filter((score) => score === 1).length;
  return { count, share: clusteredShare(clusters) };
}
