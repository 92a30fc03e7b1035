import { z } from 'zod';
import { authorKindSchema, verdictSchema } from '../../../../shared/domain/evaluate/evaluation.ts';
import { evaluationReportSchema } from '../../../../shared/domain/report/evaluation-report.ts';
import { gradeSchema } from '../../../../shared/domain/evaluate/grade.ts';
import { studyReportSchema } from '../../../../shared/domain/study/study-report.ts';
import { verdictsOfReport } from '../../../../shared/report/report-verdicts.ts';
import type { QualityVerdict } from '../../../../shared/stats/rating-statistics.ts';
import { codePoints, type PairVerdict } from '../../../../shared/stats/pair-verdict.ts';
import { RecordProblem } from '../../curate/import/sample/import-error.ts';

/** A row of a table: field names in lower case, whatever the file had. */
export type VoteRow = Readonly<Record<string, unknown>>;

/** Names that tables give what a verdict needs; the first that a row has counts. */
const fields = {
  a: ['system_a', 'model_a', 'a'],
  b: ['system_b', 'model_b', 'b'],
  verdict: ['verdict', 'winner', 'choice', 'vote'],
  prompt: [
    'prompt',
    'instruction',
    'question',
    'question_id',
    'prompt_id',
    'item',
    'item_id',
    'id',
  ],
  author: ['author', 'annotator', 'judge', 'voter'],
  system: ['system', 'model', 'generator'],
  grade: ['grade', 'rating', 'score'],
  item: ['dialogue', 'conversation', 'conversation_id'],
  textA: ['output_a', 'answer_a', 'response_a'],
  textB: ['output_b', 'answer_b', 'response_b'],
} as const;

const unnamedAuthor = 'not named';

/**
 * The verdict of one row: AlpacaEval's annotations (`preference` 1 to 2 for generator_2), our own
 * votes (`preference_a` 0 to 1, or `verdict`) and Chatbot Arena's (`winner`, or `winner_model_a` …).
 * Throws RecordProblem with the value that cannot be used.
 */
export function verdictOfRow(row: VoteRow, number: number): PairVerdict {
  if ('preference' in row && ('generator_2' in row || 'output_2' in row))
    return alpacaEvalVerdict(row, number);
  const a = systemName(row, fields.a);
  const b = systemName(row, fields.b);
  if (a === b) throw new RecordProblem(`both systems are called “${a}”`);
  return {
    prompt: promptOf(row, number),
    ...pairOfAnswers(row),
    a,
    b,
    preference: preferenceOf(row, a, b),
    ...toldVerdict(row),
    ...authorOf(row),
    charactersA: charactersOf(row, 'characters_a', fields.textA),
    charactersB: charactersOf(row, 'characters_b', fields.textB),
  };
}

/** Our own tables number their comparisons beside telling the prompt: it may be asked twice. */
function pairOfAnswers(row: VoteRow): Pick<PairVerdict, 'item'> {
  const item = textOf(row['item']);
  return item === undefined || textOf(row['prompt']) === undefined ? {} : { item };
}

/** Whether a row grades one answer instead of comparing two. */
export const isGrade = (row: VoteRow): boolean =>
  firstOf(row, fields.system) !== undefined &&
  firstOf(row, fields.grade) !== undefined &&
  firstOf(row, fields.b) === undefined;

/** Whether a row of our own tables says that an answer is safe or unsafe and nothing else. */
export const isOnSafety = (row: VoteRow): boolean =>
  firstOf(row, ['safety']) !== undefined &&
  firstOf(row, fields.grade) === undefined &&
  firstOf(row, fields.b) === undefined;

/** The grade of one row: excellent, pass or fail, or a number from 1 to 6. RecordProblem for another. */
export function gradeOfRow(row: VoteRow, number: number): QualityVerdict {
  const value = firstOf(row, fields.grade);
  const word = gradeSchema.options.find((one) => one === textOf(value)?.trim().toLowerCase());
  const grade = word ?? numberOf(value);
  if (grade === undefined || (typeof grade === 'number' && !(grade >= 1 && grade <= 6)))
    throw new RecordProblem(
      `the grade is ${shown(value)}: use excellent, pass or fail, or a number from 1 to 6`,
    );
  return {
    system: systemName(row, fields.system),
    item: textOf(firstOf(row, fields.item)) ?? promptOf(row, number),
    grade,
    author: authorOf(row).author,
  };
}

function alpacaEvalVerdict(row: VoteRow, number: number): PairVerdict {
  const input = textOf(row['input']);
  const [a, b] = [
    textOf(row['generator_2']) ?? 'output_2',
    textOf(row['generator_1']) ?? 'output_1',
  ];
  if (a === b) throw new RecordProblem(`both generators are called “${a}”`);
  return {
    prompt: promptOf(row, number) + (input ? `\n${input}` : ''),
    a,
    b,
    preference: alpacaEvalPreference(row['preference']),
    ...authorOf(row),
    charactersA: lengthOf(row['output_2']),
    charactersB: lengthOf(row['output_1']),
  };
}

/** AlpacaEval counts 0 and a missing preference as draws. */
function alpacaEvalPreference(value: unknown): number {
  if (value === null || value === undefined || value === '') return 0.5;
  const preference = numberOf(value);
  if (preference === 0) return 0.5;
  const rounding = 1e-6;
  if (preference !== undefined && preference >= 1 - rounding && preference <= 2 + rounding)
    return Math.min(1, Math.max(0, preference - 1));
  throw new RecordProblem(
    `preference is ${shown(value)}: it goes from 1 (generator_1) to 2 (generator_2), 1.5 or 0 is a draw`,
  );
}

function preferenceOf(row: VoteRow, a: string, b: string): number {
  if ('preference_a' in row) {
    const preference = numberOf(row['preference_a']);
    if (preference !== undefined && preference >= 0 && preference <= 1) return preference;
    throw new RecordProblem(
      `preference_a is ${shown(row['preference_a'])}: it goes from 0 (b is better) to 1 (a is better)`,
    );
  }
  const oneHot = ['winner_model_a', 'winner_model_b', 'winner_tie'].map((name) =>
    numberOf(row[name]),
  );
  if (oneHot.filter((value) => value === 1).length === 1)
    return [1, 0, 0.5][oneHot.indexOf(1)] ?? 0.5;
  const value = firstOf(row, fields.verdict);
  const word = textOf(value)?.trim() ?? '';
  const known = verdictWords[word.toLowerCase()];
  if (known !== undefined) return known;
  if (word === a) return 1;
  if (word === b) return 0;
  if (value === undefined)
    throw new RecordProblem(
      'preference' in row
        ? 'preference alone does not tell its scale: name the column preference_a (0 to 1, 1 for a), or give generator_1 and generator_2'
        : 'there is none of the fields preference_a, verdict, winner and winner_model_a',
    );
  throw new RecordProblem(`the verdict is ${shown(value)}: use a, b or tie`);
}

/** A judge's two orders may disagree, whatever their mean is: our own tables tell the verdict beside it. */
function toldVerdict(row: VoteRow): Pick<PairVerdict, 'verdict'> {
  const told = verdictSchema.safeParse(row['verdict']);
  return 'preference_a' in row && told.success ? { verdict: told.data } : {};
}

const verdictWords: Partial<Record<string, number>> = {
  a: 1,
  model_a: 1,
  system_a: 1,
  b: 0,
  model_b: 0,
  system_b: 0,
  tie: 0.5,
  draw: 0.5,
  neither: 0.5,
  both: 0.5,
  'tie (bothbad)': 0.5,
  bothbad: 0.5,
};

function systemName(row: VoteRow, names: readonly string[]): string {
  const name = textOf(firstOf(row, names))?.trim() ?? '';
  if (name !== '') return name;
  throw new RecordProblem(`there is no name of a system in ${names.join(' or ')}`);
}

/** Rows without a prompt are about a prompt of their own each. */
function promptOf(row: VoteRow, number: number): string {
  const value = firstOf(row, fields.prompt);
  if (Array.isArray(value)) return JSON.stringify(value);
  return textOf(value) ?? `row ${number}`;
}

function authorOf(row: VoteRow): Pick<PairVerdict, 'author' | 'authorKind'> {
  const kind = authorKindSchema.safeParse(row['author_kind']);
  return {
    author: textOf(firstOf(row, fields.author))?.trim() || unnamedAuthor,
    authorKind: kind.success ? kind.data : null,
  };
}

function charactersOf(row: VoteRow, count: string, texts: readonly string[]): number | null {
  const characters = numberOf(row[count]);
  return characters ?? lengthOf(firstOf(row, texts));
}

const lengthOf = (value: unknown) => (typeof value === 'string' ? codePoints(value) : null);

const firstOf = (row: VoteRow, names: readonly string[]): unknown =>
  names
    .map((name) => row[name])
    .find((value) => value !== undefined && value !== null && value !== '');

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** The standing votes of one of our own reports as JSON; RecordProblem where it is not whole. */
export function verdictsOfReportText(text: string): PairVerdict[] {
  try {
    const report = anyReport.parse(JSON.parse(text));
    return report.format === 'lima-study-report'
      ? report.evaluations.flatMap(verdictsOfReport)
      : verdictsOfReport(report);
  } catch (error) {
    throw new RecordProblem('the report is cut off, or was written by another version', {
      cause: error,
    });
  }
}

const anyReport = z.discriminatedUnion('format', [evaluationReportSchema, studyReportSchema]);
