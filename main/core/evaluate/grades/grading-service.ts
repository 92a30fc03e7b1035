import type { BlindAnswer, GradedSample, Grading } from '../../../../shared/contract/grades.ts';
import type { Grade, Safety } from '../../../../shared/domain/evaluate/grade.ts';
import { countTags } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { withoutThinking } from '../../../../shared/template/thinking.ts';
import { textHash } from '../../../store/content-hash.ts';
import {
  insertGrade,
  lastGradedBy,
  standingGrades,
  type StoredGrade,
} from '../../../store/repositories/grades.ts';
import { AppError } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import {
  asksSafety,
  promptsOfSubject,
  sampledAnswers,
  subjectOf,
  type GradedSubject,
  type SampledAnswer,
} from './grading-sample.ts';
import { systemNames } from './system-names.ts';

/** A sample as one person grades it. */
interface GradingState {
  subject: GradedSubject;
  author: string;
  answers: readonly SampledAnswer[];
  /** This person's grades that stand, by `turnKey`. */
  own: ReadonlyMap<string, StoredGrade>;
  grading: Grading;
}

function gradingState(
  state: CoreState,
  session: ProjectSession,
  input: GradedSample,
): GradingState {
  const subject = subjectOf(session, input);
  const author = input.author ?? state.settings.author;
  const { prompts, answers, awaited } = sampledAnswers(session, subject, { ...input, author });
  const own = ownGrades(session, subject, author);
  const asked = promptsOfSubject(session, subject);
  const names = systemNames(session, subject.evaluations);
  return {
    subject,
    author,
    answers,
    own,
    grading: {
      prompts: prompts.length,
      answers: answers.length,
      graded: answers.filter((answer) => gradeOf(own, answer) !== undefined).length,
      awaited,
      tagCounts: countTags(asked.map(({ tags }) => tags.map((tag) => ({ tag })))),
      systems: subject.revealedMs === null ? [] : [...new Set(names.values())],
    },
  };
}

function ownGrades(session: ProjectSession, { evaluations }: GradedSubject, author: string) {
  const ids = evaluations.map(({ id }) => id);
  const standing = standingGrades(session.file.db, ids);
  return new Map(
    standing
      .filter((grade) => grade.authorKind === 'human' && grade.author === author)
      .map((grade) => [turnKey(grade), grade]),
  );
}

const turnKey = ({ generationId, turn }: { generationId: string; turn: number }) =>
  `${generationId}:${turn}`;

/** A person's grade of the very text that is the answer now. */
function gradeOf(own: GradingState['own'], answer: SampledAnswer) {
  const grade = own.get(turnKey(answer));
  return grade?.textHash === textHash(answer.output) ? grade : undefined;
}

function toBlind(own: GradingState['own'], answer: SampledAnswer): BlindAnswer {
  const grade = gradeOf(own, answer);
  return {
    answer: answer.answer,
    prompt: answer.prompt.messages,
    output: withoutThinking(answer.output),
    asksSafety: asksSafety(answer.prompt),
    grade: grade?.grade ?? null,
    safety: grade?.safety ?? null,
    note: grade?.note ?? '',
  };
}

/** The next answer of a sample that this person has not graded, and how far they are. */
export function nextAnswer(
  state: CoreState,
  session: ProjectSession,
  input: GradedSample & { besides?: string | undefined },
): { answer: BlindAnswer | null; grading: Grading } {
  const { answers, own, grading } = gradingState(state, session, input);
  const next = answers.find(
    (answer) => answer.answer !== input.besides && gradeOf(own, answer) === undefined,
  );
  return { answer: next ? toBlind(own, next) : null, grading };
}

/** Every answer of a sample in this person's order. */
export function everyAnswer(
  state: CoreState,
  session: ProjectSession,
  input: GradedSample,
): { answers: BlindAnswer[]; grading: Grading } {
  const { answers, own, grading } = gradingState(state, session, input);
  return { answers: answers.map((answer) => toBlind(own, answer)), grading };
}

/** Stores a person's grade of an answer of the sample. */
export function gradeAnswer(
  state: CoreState,
  session: ProjectSession,
  input: GradedSample & {
    answer: string;
    grade: Grade;
    safety?: Safety | undefined;
    note: string;
    durationMs?: number | undefined;
  },
): Grading {
  const { answers, author } = gradingState(state, session, input);
  const graded = answers.find(({ answer }) => answer === input.answer);
  if (!graded)
    throw new AppError('NOT_FOUND', 'There is no such answer in this sample', {
      what: 'answer',
      id: input.answer,
    });
  if (asksSafety(graded.prompt) && input.safety === undefined)
    throw new AppError(
      'INVALID_INPUT',
      'This prompt is sensitive: say also whether the answer is safe or unsafe',
    );
  const { grade, note, safety = null, durationMs = null } = input;
  insertGrade(session.file.db, {
    generationId: graded.generationId,
    turn: graded.turn,
    text: graded.output,
    grade,
    safety,
    note,
    author,
    authorKind: 'human',
    durationMs,
  });
  session.changes.touch('evaluations');
  return gradingState(state, session, input).grading;
}

/** Takes a person's last grade back and returns its answer with the note, to be graded again; null where nothing stands. */
export function undoGrade(
  state: CoreState,
  session: ProjectSession,
  input: GradedSample,
): BlindAnswer | null {
  const { db } = session.file;
  const { answers, own, subject, author } = gradingState(state, session, input);
  const ids = subject.evaluations.map(({ id }) => id);
  const last = lastGradedBy(db, ids, author);
  const answer = answers.find((one) => last && turnKey(one) === turnKey(last));
  if (!answer) return null;
  insertGrade(db, {
    generationId: answer.generationId,
    turn: answer.turn,
    text: answer.output,
    grade: 'withdrawn',
    safety: null,
    note: '',
    author,
    authorKind: 'human',
    durationMs: null,
  });
  session.changes.touch('evaluations');
  return { ...toBlind(new Map(), answer), note: gradeOf(own, answer)?.note ?? '' };
}
