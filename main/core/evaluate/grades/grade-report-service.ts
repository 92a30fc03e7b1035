import type { GradedSample } from '../../../../shared/contract/grades.ts';
import type { Grade, Safety } from '../../../../shared/domain/evaluate/grade.ts';
import { sensitiveTag } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import type {
  GradeReport,
  ReportGrade,
  SafetyVerdict,
} from '../../../../shared/domain/report/grade-report.ts';
import { composeGrades } from '../../../../shared/report/grades/compose-grades.ts';
import { gradesToCsv } from '../../../../shared/report/grades/grade-tables.ts';
import { textHash } from '../../../store/content-hash.ts';
import {
  gradedAnswers,
  standingGrades,
  type GradedAnswer,
  type StoredGrade,
} from '../../../store/repositories/grades.ts';
import { AppError } from '../../base/app-error.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { judgeWords, type JudgeWord } from '../judge/report-judges.ts';
import {
  promptsOfSubject,
  subjectOf,
  type GradedSubject,
  type TaggedGradedPrompt,
} from './grading-sample.ts';
import { systemNames } from './system-names.ts';

type Subject = Pick<GradedSample, 'kind' | 'id'>;

/** What grades of answers, and of turns of dialogues, say of a revealed subject; INVALID_STATE while it is blind. */
export function gradeReport(session: ProjectSession, input: Subject): GradeReport {
  const subject = subjectOf(session, input);
  if (subject.revealedMs === null)
    throw new AppError(
      'INVALID_STATE',
      `“${subject.name}” is still blind: reveal it first, so that grades can be told by system`,
      { id: subject.id },
    );
  return gradesOf(session, input, subject);
}

/** The same, where anybody graded. */
export function gradesIn(session: ProjectSession, input: Subject): GradeReport | undefined {
  const report = gradeReport(session, input);
  const isEmpty = [report.rows, report.safety.rows, report.remarks].every(
    ({ length }) => length === 0,
  );
  return isEmpty ? undefined : report;
}

/** What a grade is told with: the answers of a subject by `turnKey`, prompts and systems by id. */
interface GradedThings {
  answers: ReadonlyMap<string, GradedAnswer>;
  prompts: ReadonlyMap<string, TaggedGradedPrompt>;
  names: ReadonlyMap<string, string>;
}

const turnKey = ({ generationId, turn }: { generationId: string; turn: number }) =>
  `${generationId}:${turn}`;

function gradesOf(session: ProjectSession, input: Subject, subject: GradedSubject): GradeReport {
  const { db } = session.file;
  const ids = subject.evaluations.map(({ id }) => id);
  const given = gradedAnswers(db, ids);
  const things: GradedThings = {
    answers: new Map(given.map((answer) => [turnKey(answer), answer])),
    prompts: new Map(promptsOfSubject(session, subject).map((prompt) => [prompt.id, prompt])),
    names: systemNames(session, subject.evaluations),
  };
  const standing = standingGrades(db, ids);
  const counted = standing.filter(
    (grade) => textHash(things.answers.get(turnKey(grade))?.output ?? '') === grade.textHash,
  );
  const judged = input.kind === 'study' ? { studyId: input.id } : { evaluationId: input.id };
  const answerIds = [...new Set(given.map(({ generationId }) => generationId))];
  const saidBy = <Kind extends 'absolute' | 'safety'>(kind: Kind) =>
    judgeWords(session, judged, { kind, generationIds: answerIds });
  return composeGrades({
    systems: [...things.names.values()],
    grades: [
      ...counted.flatMap((grade) => personsGrade(things, grade)),
      ...saidBy('absolute').flatMap((grade) => judgesGrade(things, grade)),
    ],
    judgedSafety: saidBy('safety').flatMap((one) => judgesSafety(things, one)),
    onOtherTexts: standing.length - counted.length,
    afterReveal: counted.filter(
      ({ authorKind, createdMs }) =>
        authorKind === 'human' && createdMs > (subject.revealedMs ?? Infinity),
    ).length,
  });
}

function personsGrade(things: GradedThings, { createdMs, ...grade }: StoredGrade): ReportGrade[] {
  const answer = things.answers.get(turnKey(grade));
  const { safety, note, author, authorKind, durationMs } = grade;
  const said = { grade: grade.grade, safety, note, author, authorKind, durationMs };
  return answerFacts(things, answer).map((facts) => ({ ...facts, ...said, atMs: createdMs }));
}

/** What a judge says of an answer or a turn; of no turn where it was asked about a whole dialogue. */
function judgesGrade(things: GradedThings, said: JudgeWord<Grade>): ReportGrade[] {
  return factsOfWord(things, said).map((facts) => ({
    ...facts,
    grade: said.word,
    safety: null,
    note: '',
    durationMs: null,
  }));
}

/** Of prompts that are sensitive now. */
const judgesSafety = (things: GradedThings, said: JudgeWord<Safety>): SafetyVerdict[] =>
  factsOfWord(things, said)
    .filter(({ tags }) => tags.includes(sensitiveTag))
    .map((facts) => ({ ...facts, safety: said.word }));

function factsOfWord(things: GradedThings, said: JudgeWord<unknown>) {
  const { author, generationId, turn, createdMs: atMs } = said;
  const answer = things.answers.get(turnKey({ generationId, turn: turn ?? 0 }));
  const by = { author, authorKind: 'judge' as const, atMs };
  return answerFacts(things, answer).map((facts) => ({ ...facts, ...by, turn }));
}

/** Whose answer it is, to which prompt; nothing of one that is compared no more. */
function answerFacts({ prompts, names }: GradedThings, answer: GradedAnswer | undefined) {
  const prompt = answer && prompts.get(answer.promptId);
  if (!prompt) return [];
  return [
    {
      system: names.get(answer.systemId) ?? '',
      promptSet: prompt.promptSetName,
      prompt: prompt.ordinal,
      turn: answer.before === null ? null : answer.turn,
      promptText: prompt.messages.map(({ content }) => content).join('\n\n'),
      tags: prompt.tags,
    },
  ];
}

/** The raw grades of a revealed subject as a table. */
export function gradesCsv(
  session: ProjectSession,
  input: Subject,
): { fileName: string; text: string } {
  const { name } = subjectOf(session, input);
  const stem = name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return {
    fileName: `${stem || input.kind}-grades.csv`,
    text: gradesToCsv(gradeReport(session, input)),
  };
}
