import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  answerFinishSchema,
  authorKindSchema,
} from '../../../shared/domain/evaluate/evaluation.ts';
import { gradeSchema, safetySchema } from '../../../shared/domain/evaluate/grade.ts';
import {
  countSchema,
  hashSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { textHash } from '../content-hash.ts';
import { messagesColumn } from '../columns.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';
import { turnsColumn } from './unfinished-dialogues.ts';

const gradeRow = z.object({
  generationId: idSchema,
  /** 0 for an answer that is not part of a dialogue. */
  turn: z.number().int(),
  /** Of the text that was graded: another text under the same answer has no grade yet. */
  textHash: hashSchema,
  grade: gradeSchema,
  safety: safetySchema.nullable(),
  note: z.string(),
  author: nameSchema,
  authorKind: authorKindSchema,
  durationMs: countSchema.nullable(),
  createdMs: momentSchema,
});

/** A grade as it is stored. */
export type StoredGrade = z.infer<typeof gradeRow>;

/** A grade about to be stored; `withdrawn` takes the author's earlier one of this answer back. */
export interface NewGrade extends Omit<StoredGrade, 'grade' | 'textHash' | 'createdMs'> {
  grade: StoredGrade['grade'] | 'withdrawn';
  text: string;
}

/** Appends a grade or a withdrawal. */
export function insertGrade(db: Database, { text, ...grade }: NewGrade): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO grade (id, generation_id, turn, text_hash, grade, safety, note, author,
         author_kind, duration_ms, created_ms, sequence)
       VALUES (@id, @generationId, @turn, @textHash, @grade, @safety, @note, @author, @authorKind,
         @durationMs, @createdMs, @sequence)`,
      {
        ...grade,
        id: uuidv7(),
        textHash: textHash(text),
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}

/** The answers that evaluations compare, in SQL: `@ids` is a JSON list of evaluations. */
const comparedAnswers = `SELECT g.id FROM evaluation e JOIN comparison c ON c.evaluation_id = e.id
  JOIN generation g ON g.prompt_id = c.prompt_id AND g.system_id IN (e.system_a_id, e.system_b_id)
  WHERE e.id IN (SELECT value FROM json_each(@ids))`;

/** The newest grade of each author of each turn of each compared answer, oldest first. */
export function standingGrades(db: Database, evaluationIds: readonly string[]): StoredGrade[] {
  return all(
    db,
    gradeRow,
    assembled(`SELECT r.generation_id AS generationId, r.turn, r.text_hash AS textHash, r.grade,
       r.safety, r.note, r.author, r.author_kind AS authorKind, r.duration_ms AS durationMs,
       r.created_ms AS createdMs
     FROM grade r WHERE r.generation_id IN (${comparedAnswers}) AND r.grade <> 'withdrawn'
       AND r.id = (SELECT id FROM grade WHERE generation_id = r.generation_id AND turn = r.turn
         AND author = r.author AND author_kind = r.author_kind ORDER BY sequence DESC, id DESC LIMIT 1)
     ORDER BY r.sequence, r.id`),
    { ids: JSON.stringify(evaluationIds) },
  );
}

const answerRow = z.object({
  generationId: idSchema,
  systemId: idSchema,
  promptId: idSchema,
  output: z.string(),
  finish: answerFinishSchema,
  earlier: turnsColumn.nullable(),
});

/** An answer that can be graded by itself: of a dialogue each turn is one. */
export interface GradedAnswer extends Omit<z.infer<typeof answerRow>, 'earlier'> {
  /** From 0; 0 of a single answer. */
  turn: number;
  /** What the system answered to the turns before; null of a single answer. */
  before: string[] | null;
}

/** Every answer that evaluations compare, each once, turn by turn; those that failed are left out. */
export function gradedAnswers(db: Database, evaluationIds: readonly string[]): GradedAnswer[] {
  const answers = all(
    db,
    answerRow,
    assembled(`SELECT id AS generationId, system_id AS systemId, prompt_id AS promptId, output, finish,
       turns_json AS earlier
     FROM generation WHERE finish <> 'failed' AND id IN (${comparedAnswers}) ORDER BY id`),
    { ids: JSON.stringify(evaluationIds) },
  );
  return answers.flatMap(({ earlier, ...answer }): GradedAnswer[] => {
    if (earlier === null) return [{ ...answer, turn: 0, before: null }];
    const { output, finish } = answer;
    const said = [...earlier, { output, finish }];
    return said.map((one, turn) => ({
      ...answer,
      output: one.output,
      finish: one.finish,
      turn,
      before: said.slice(0, turn).map((before) => before.output),
    }));
  });
}

const failedRow = z.object({ systemId: idSchema, promptId: idSchema });

/** Which compared answers failed: there is nothing to grade. */
export function failedAnswersOf(
  db: Database,
  evaluationIds: readonly string[],
): z.infer<typeof failedRow>[] {
  return all(
    db,
    failedRow,
    assembled(`SELECT system_id AS systemId, prompt_id AS promptId FROM generation
     WHERE finish = 'failed' AND id IN (${comparedAnswers})`),
    { ids: JSON.stringify(evaluationIds) },
  );
}

const promptRow = z.object({
  id: idSchema,
  messages: messagesColumn,
  ordinal: countSchema,
  promptSetName: nameSchema,
});

/** A prompt that is compared, and where it stands. */
export type GradedPrompt = z.infer<typeof promptRow>;

/** Every prompt that evaluations compare answers to, each once. */
export function gradedPrompts(db: Database, evaluationIds: readonly string[]): GradedPrompt[] {
  return all(
    db,
    promptRow,
    `SELECT p.id, p.messages_json AS messages, p.ordinal, s.name AS promptSetName
     FROM prompt p JOIN prompt_set s ON s.id = p.prompt_set_id
     WHERE p.id IN (SELECT prompt_id FROM comparison
       WHERE evaluation_id IN (SELECT value FROM json_each(@ids)))
     ORDER BY p.prompt_set_id, p.ordinal`,
    { ids: JSON.stringify(evaluationIds) },
  );
}

const lastRow = z.object({ generationId: idSchema, turn: countSchema });

/** The answer, and its turn, of a person's newest standing grade of compared answers. */
export function lastGradedBy(
  db: Database,
  evaluationIds: readonly string[],
  author: string,
): z.infer<typeof lastRow> | undefined {
  return get(
    db,
    lastRow,
    assembled(`SELECT r.generation_id AS generationId, r.turn FROM grade r
     WHERE r.generation_id IN (${comparedAnswers}) AND r.author = @author
       AND r.author_kind = 'human' AND r.grade <> 'withdrawn'
       AND r.id = (SELECT id FROM grade WHERE generation_id = r.generation_id AND turn = r.turn
         AND author = r.author AND author_kind = 'human' ORDER BY sequence DESC, id DESC LIMIT 1)
     ORDER BY r.sequence DESC, r.id DESC LIMIT 1`),
    { ids: JSON.stringify(evaluationIds), author },
  );
}
