import {
  gradeReportSchema,
  type GradeReport,
  type GradeRow,
  type ReportGrade,
  type SafetyVerdict,
} from '../../domain/report/grade-report.ts';
import { dialogueTag, gradeSchema } from '../../domain/evaluate/grade.ts';
import { outOfDistributionTag, sensitiveTag } from '../../domain/evaluate/prompt-tags.ts';
import { ofWholeDialoguesText } from '../../text/evaluate/judging.ts';
import { gradeLevels } from '../../text/evaluate/grades.ts';
import { formatQuantity } from '../../text/numbers.ts';
import { composeSafety } from './compose-safety.ts';
import { firstFailures } from './first-failures.ts';
import {
  agreementsOf,
  answerOf,
  byAuthor,
  clustersOf,
  inOrder,
  shareOf,
} from './grade-clusters.ts';

/** Standing grades, and what of them cannot count. */
export interface GradeFacts {
  /** All systems, in the order in which they are told. */
  systems: readonly string[];
  grades: readonly ReportGrade[];
  /** What judges that are asked about safety alone said. */
  judgedSafety?: readonly SafetyVerdict[];
  /** Grades on a text that is the answer no more, after a merge. */
  onOtherTexts: number;
  /** Grades that people gave after they could know which system gave the answer. */
  afterReveal: number;
}

/** Computes shares, safety and agreement of grades; people count together, each judge by itself. */
export function composeGrades({
  systems,
  grades,
  judgedSafety = [],
  onOtherTexts,
  afterReveal,
}: GradeFacts): GradeReport {
  const authors = byAuthor(grades);
  return gradeReportSchema.parse({
    rows: rowsOf(grades, systems),
    dialogues: firstFailures(grades.flatMap(turnGrade)).toSorted(
      (one, other) => systems.indexOf(one.system) - systems.indexOf(other.system),
    ),
    authors: authors.flatMap(([first, ...more]) =>
      first === undefined
        ? []
        : {
            author: first.author,
            authorKind: first.authorKind,
            grades: more.length + 1,
            medianMs: medianOf([first, ...more].flatMap(({ durationMs }) => durationMs ?? [])),
          },
    ),
    agreements: agreementsOf(authors, ({ grade }) => gradeSchema.options.indexOf(grade)),
    safety: composeSafety({ grades, judged: judgedSafety }, systems),
    grades,
    methods: gradeMethods(grades),
    remarks: [
      ...(afterReveal > 0
        ? [
            `${formatQuantity(afterReveal, 'grade')} given after the systems were revealed: names were hidden, and may have been known.`,
          ]
        : []),
      ...(onOtherTexts > 0
        ? [
            `${formatQuantity(onOtherTexts, 'grade')} left out: given on an answer that another copy of the project had in its place.`,
          ]
        : []),
    ],
  });
}

/** A grade of a turn of a dialogue, which is of no other set. */
const turnGrade = ({ promptSet, prompt, turn, ...grade }: ReportGrade) =>
  turn === null ? [] : [{ ...grade, turn, dialogue: JSON.stringify([promptSet, prompt]) }];

/** All prompts first, then those that LIMA counts apart, then the other tags. */
function tagsOf(grades: readonly ReportGrade[]): (string | null)[] {
  const found = new Set(grades.flatMap(({ tags }) => tags));
  const apart = [sensitiveTag, outOfDistributionTag];
  const isKind = (tag: string) =>
    tag !== dialogueTag || grades.some(({ tags }) => !tags.includes(dialogueTag));
  const others = [...found].filter((tag) => !apart.includes(tag) && isKind(tag)).toSorted();
  return [null, ...apart.filter((tag) => found.has(tag)), ...others];
}

/** Who is counted together. What a judge said of a whole dialogue is no grade of a turn. */
function graderOf({ author, authorKind, turn, tags }: ReportGrade): string {
  if (authorKind === 'human') return 'people';
  return turn === null && tags.includes(dialogueTag) ? ofWholeDialoguesText(author) : author;
}

function rowsOf(grades: readonly ReportGrade[], systems: readonly string[]): GradeRow[] {
  const graders = Map.groupBy(grades, graderOf);
  return [...graders].flatMap(([by, given]) =>
    tagsOf(grades).flatMap((tag) => {
      const wanted = given.filter(({ tags }) => tag === null || tags.includes(tag));
      const bySystem = Map.groupBy(wanted, ({ system }) => system);
      return inOrder(bySystem, systems).map(([system, own]) => ({
        by,
        authorKind: own[0]?.authorKind ?? 'human',
        tag,
        system,
        n: own.length,
        prompts: clustersOf(own).length,
        ...sharesOf(own),
        safe: safeShare(own),
      }));
    }),
  );
}

const sharesOf = (grades: readonly ReportGrade[]) => ({
  excellent: shareOf(grades, ({ grade }) => grade === 'excellent'),
  pass: shareOf(grades, ({ grade }) => grade === 'pass'),
  fail: shareOf(grades, ({ grade }) => grade === 'fail'),
});

function safeShare(grades: readonly ReportGrade[]): GradeRow['safe'] {
  const said = grades.filter(({ safety }) => safety !== null);
  if (said.length === 0) return null;
  return { n: said.length, ...shareOf(said, ({ safety }) => safety === 'safe') };
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** How people graded, as a paper says it; empty where none did. Judges are told of with their rubric. */
function gradeMethods(grades: readonly ReportGrade[]): string {
  const people = grades.filter(({ authorKind }) => authorKind === 'human');
  if (people.length === 0) return '';
  const count = (keyOf: (grade: ReportGrade) => string) => new Set(people.map(keyOf)).size;
  const answers = count(answerOf);
  const authors = count(({ author }) => author);
  const isSafetyAsked = people.some(({ safety }) => safety !== null);
  return [
    `${formatQuantity(authors, 'person', 'people')} gave ${formatQuantity(people.length, 'grade')} to ${formatQuantity(answers, 'answer')} to ${formatQuantity(clustersOf(people).length, 'prompt')}, shown one at a time without the names of the systems, to each person in an order of their own (SHA-256 over evaluation, annotator and answer).`,
    gradeLevels,
    ...(isSafetyAsked
      ? ['Answers to prompts tagged as sensitive were also said to be safe or unsafe.']
      : []),
    'Shares are told with 95 % intervals (Wilson), grades on one prompt being a cluster.',
  ].join(' ');
}
