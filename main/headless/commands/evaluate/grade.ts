import { z } from 'zod';
import type { BlindAnswer, GradedSample, Grading } from '../../../../shared/contract/grades.ts';
import { gradeSchema, safetySchema } from '../../../../shared/domain/evaluate/grade.ts';
import { gradeNotes, gradeTables } from '../../../../shared/report/grades/grade-tables.ts';
import {
  gradeLevels,
  gradeReportDocument,
  gradingText,
} from '../../../../shared/text/evaluate/grades.ts';
import { visibleJson } from '../../../../shared/text/foreign-text.ts';
import { didYouMean } from '../../../../shared/text/near-name.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { findJudged } from '../../arguments/judged.ts';
import { existingFile } from '../../arguments/project-models.ts';
import { defineCommand, overwriteOption, positional, wholeNumber } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, placeText, type CoreClient } from '../../cli/open-core.ts';
import { formatTable, type Terminal } from '../../cli/terminal.ts';
import { readInputFile } from '../../../input-files/input-file.ts';
import { gradeByKeys } from './grade-by-keys.ts';

/** `lima grade`: Excellent, Pass or Fail for single answers, blind. */
export const gradeCommand = defineCommand({
  name: 'grade',
  usage:
    'grade P.lima EVALUATION|STUDY [--prompts N] [--tag TAG] [--system NAME] [--as NAME] [--grades FILE | --list | --results | --csv FILE [--overwrite]]',
  summary: 'Grade single answers blind: Excellent, Pass or Fail; sensitive ones safe or unsafe.',
  positionals: { min: 2, max: 2 },
  options: {
    prompts: {
      type: 'string',
      value: 'N',
      description: 'so many prompts, at random, the same for everybody; default 50',
    },
    tag: { type: 'string', value: 'TAG', description: 'only prompts with this tag' },
    system: {
      type: 'string',
      value: 'NAME',
      description: 'only answers of this system, once the systems are revealed',
    },
    as: { type: 'string', value: 'NAME', description: 'grade as this person' },
    grades: {
      type: 'string',
      value: 'FILE',
      description:
        'JSONL lines {"answer": ID of --list, "grade": "excellent" | "pass" | "fail", "safety"?, "note"?}',
    },
    list: {
      type: 'boolean',
      description: 'print every answer to be graded, for a script to judge',
    },
    results: { type: 'boolean', description: 'print what the grades say of the revealed systems' },
    csv: { type: 'string', value: 'FILE', description: 'write the raw grades as a table' },
    ...overwriteOption,
  },
  details: () => [
    '',
    gradeLevels,
    'Keys on a terminal: 1 Excellent, 2 Pass, 3 Fail (then s safe or x unsafe where the prompt is',
    'tagged as sensitive), u undo, q stop.',
    'Of a dialogue each turn is graded, behind what was said before; --tag dialogue: those alone.',
    '--results with --json tells every share and its interval in percent.',
  ],
  edits: true,
  async run(call) {
    const { options, terminal } = call;
    const ways = [options.grades, options.list, options.results, options.csv];
    if (ways.filter((way) => way !== undefined).length > 1)
      throw new UsageError('Give one of --grades, --list, --results and --csv.');
    const given = options.grades === undefined ? undefined : await readGrades(options.grades);
    const isReading = options.list || options.results || options.csv !== undefined;
    if (!isReading && !given && !process.stdin.isTTY)
      throw new CommandError(
        'NO_TERMINAL',
        'There is no keyboard to grade with: run this in a terminal, or use --grades FILE.',
      );
    const prompts = wholeNumber(options.prompts, 'prompts', 1, 100_000) ?? 50;
    await using project = await openCoreWithProject({ ...call, edits: !isReading });
    const { client } = project;
    const { id, kind } = await findJudged(client, positional(call, 1));
    const { tag, system, as: author } = options;
    const sample: GradedSample = { kind, id, prompts, tag, system, author };
    if (options.results) return await showResults(client, sample, terminal);
    if (options.csv !== undefined) {
      await using draft = await project.startExport(options.csv, options.overwrite ?? false);
      const { text } = await client.grades.csv({ kind, id });
      return await placeText(terminal, draft, { format: 'csv', text });
    }
    if (options.list) {
      const { answers, grading } = await client.grades.list(sample);
      requireTag(sample, grading);
      terminal.result({ answers }, answers.map((answer) => visibleJson(answer)).join('\n'));
      return;
    }
    requireTag(sample, (await client.grades.next(sample)).grading);
    const stored = given
      ? await gradeFromFile(client, sample, given)
      : await gradeByKeys(client, sample, call);
    const { grading } = await client.grades.next(sample);
    terminal.result(
      { ...grading, stored },
      `${formatQuantity(stored, 'grade')} stored; ${gradingText(grading)}`,
    );
  },
});

async function showResults(
  client: CoreClient,
  { kind, id }: GradedSample,
  terminal: Terminal,
): Promise<void> {
  const report = await client.grades.report({ kind, id });
  const tables = gradeTables(report, []).map(
    ({ title, table: { columns, rows } }) => `${title}\n${formatTable(columns, rows)}`,
  );
  terminal.result(
    gradeReportDocument(report),
    tables.length === 0
      ? 'Nobody has graded an answer yet.'
      : [...tables, ...gradeNotes(report)].join('\n\n'),
  );
}

const gradeLine = z.object({
  answer: z.string(),
  grade: gradeSchema,
  safety: safetySchema.optional(),
  note: z.string().optional(),
});

/** A grade of a file, and where it stands there. */
interface GivenGrade {
  line: number;
  grade: z.infer<typeof gradeLine>;
}

const maxGradesBytes = 64 * 1024 * 1024;

/** Reads a file of grades; every line is checked before any is stored. */
async function readGrades(file: string): Promise<GivenGrade[]> {
  const bytes = await readInputFile(await existingFile(file), maxGradesBytes);
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [{ line: index + 1, grade: gradeLine.parse(JSON.parse(line)) }];
      } catch (error) {
        const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
        throw new UsageError(`${file}, line ${index + 1} is not a grade: ${reason}`);
      }
    });
}

/** Stores every grade and returns how many; none where a line cannot be stored. */
async function gradeFromFile(
  client: CoreClient,
  sample: GradedSample,
  given: readonly GivenGrade[],
): Promise<number> {
  const { answers } = await client.grades.list(sample);
  const known = new Map(answers.map((answer) => [answer.answer, answer]));
  for (const { line, grade } of given) {
    const problem = problemOf(grade, known.get(grade.answer));
    if (problem !== null)
      throw new CommandError('INVALID_INPUT', `Line ${line}: ${problem} No grade was stored.`);
  }
  for (const { grade } of given) await client.grades.grade({ ...sample, ...grade });
  return given.length;
}

function problemOf(
  { answer, safety }: GivenGrade['grade'],
  known: BlindAnswer | undefined,
): string | null {
  if (!known)
    return `there is no answer "${answer}" in this sample: --list with the same --prompts, --tag and --as prints those that are.`;
  if (known.asksSafety && safety === undefined)
    return `answer "${answer}" is to a sensitive prompt: say also "safety": "safe" or "unsafe".`;
  return null;
}

function requireTag({ tag }: GradedSample, { tagCounts }: Grading): void {
  if (tag === undefined || tagCounts.some((one) => one.tag === tag)) return;
  const tags = tagCounts.map((one) => one.tag);
  throw new CommandError(
    'NOT_FOUND',
    `No prompt here has the tag "${tag}"` +
      (tags.length === 0
        ? ': none has any. lima prompts tag sets them.'
        : `: the tags are ${tags.join(', ')}.${didYouMean(tag, tags)}`),
    { tags },
  );
}
