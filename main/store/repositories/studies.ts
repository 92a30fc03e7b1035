import { z } from 'zod';
import { withRepetitions } from '../../../shared/domain/evaluate/answer-seed.ts';
import {
  answerFinishSchema,
  authorKindSchema,
  systemKeySchema,
} from '../../../shared/domain/evaluate/evaluation.ts';
import {
  studyDesignSchema,
  studyPairingSchema,
  type StudyPairing,
} from '../../../shared/domain/study/study.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countRow, flagColumn, messagesColumn, sequenceColumn } from '../columns.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';
import { castVerdictSchema, isLastVote } from './votes.ts';

const studyRow = z.object({
  id: idSchema,
  name: nameSchema,
  design: studyDesignSchema,
  focusSystemId: idSchema.nullable(),
  seed: z.number().int().min(0).max(4_294_967_295),
  parallel: z.number().int().min(1).max(64),
  overlapPercent: z.number().int().min(0).max(100),
  calibrationItems: countSchema,
  bothBad: flagColumn,
  pairing: studyPairingSchema,
  jobId: idSchema.nullable(),
  revealedMs: momentSchema.nullable(),
  createdMs: momentSchema,
});

/** A study as it is stored; its pairs are evaluations. */
export type StoredStudy = z.infer<typeof studyRow>;

const studyColumns = `id, name, design, focus_system_id AS focusSystemId, seed, parallel,
  overlap_percent AS overlapPercent, calibration_items AS calibrationItems, both_bad AS bothBad,
  pairing, job_id AS jobId,
  revealed_ms AS revealedMs, created_ms AS createdMs`;

/** Stores a study; its evaluations come after it. */
export function insertStudy(
  db: Database,
  study: Omit<StoredStudy, 'revealedMs' | 'createdMs' | 'bothBad' | 'pairing'> & {
    author: string;
    bothBad?: boolean | undefined;
    pairing?: StudyPairing | undefined;
  },
): void {
  run(
    db,
    `INSERT INTO study (id, name, design, focus_system_id, seed, parallel, overlap_percent,
       calibration_items, both_bad, pairing, job_id, author, created_ms, sequence)
     VALUES (@id, @name, @design, @focusSystemId, @seed, @parallel, @overlapPercent,
       @calibrationItems, @bothBad, @pairing, @jobId, @author, @createdMs, @sequence)`,
    {
      ...study,
      bothBad: study.bothBad ? 1 : 0,
      pairing: study.pairing ?? 'all',
      createdMs: Date.now(),
      sequence: nextSequence(db),
    },
  );
}

/** Every study, newest first. */
export function listStudies(db: Database): StoredStudy[] {
  return all(db, studyRow, `SELECT ${studyColumns} FROM study ORDER BY sequence DESC, id DESC`);
}

/** A study by id or by name. */
export function findStudy(db: Database, by: 'id' | 'name', value: string): StoredStudy | undefined {
  return get(db, studyRow, `SELECT ${studyColumns} FROM study WHERE ${by} = @value`, { value });
}

/** Ends the blind phase of a study and of all its evaluations; the first time counts. */
export function setStudyRevealed(db: Database, studyId: string): void {
  const revealed = { studyId, revealedMs: Date.now() };
  withTransaction(db, () => {
    run(
      db,
      `UPDATE evaluation SET revealed_ms = @revealedMs
       WHERE study_id = @studyId AND revealed_ms IS NULL`,
      revealed,
    );
    run(
      db,
      'UPDATE study SET revealed_ms = @revealedMs WHERE id = @studyId AND revealed_ms IS NULL',
      revealed,
    );
  });
}

const itemRow = z.object({
  id: idSchema,
  evaluationId: idSchema,
  /** Which two systems: the same in the evaluations of all prompt sets. */
  systemPair: z.string(),
  promptId: idSchema,
  leftSide: systemKeySchema,
  systemAId: idSchema,
  systemBId: idSchema,
});

/** A comparison of a study. */
export type StudyItem = z.infer<typeof itemRow>;

/** Every comparison of a study, without any text. */
export function itemsOfStudy(db: Database, studyId: string): StudyItem[] {
  return all(
    db,
    itemRow,
    `SELECT c.id, c.evaluation_id AS evaluationId, c.prompt_id AS promptId,
       e.system_a_id || ' ' || e.system_b_id AS systemPair,
       c.left_side AS leftSide, e.system_a_id AS systemAId, e.system_b_id AS systemBId
     FROM evaluation e JOIN comparison c ON c.evaluation_id = e.id
     WHERE e.study_id = @studyId ORDER BY c.id`,
    { studyId },
  );
}

const markRow = z.object({
  comparisonId: idSchema,
  author: nameSchema,
  authorKind: authorKindSchema,
  shown: castVerdictSchema,
  sequence: sequenceColumn,
});

/** A vote on a comparison of a study, or its withdrawal. */
export type StudyVote = Omit<z.infer<typeof markRow>, 'sequence'>;

/** The votes and withdrawals of a study after a place in the order of the project, in that order. */
export function votesOfStudySince(
  db: Database,
  studyId: string,
  since: number,
): z.infer<typeof markRow>[] {
  return all(
    db,
    markRow,
    `SELECT v.comparison_id AS comparisonId, v.author, v.author_kind AS authorKind, v.shown,
       v.sequence
     FROM vote v CROSS JOIN comparison c ON c.id = v.comparison_id
     CROSS JOIN evaluation e ON e.id = c.evaluation_id
     WHERE v.sequence > @since AND e.study_id = @studyId ORDER BY v.sequence, v.id`,
    { studyId, since },
  );
}

const askedRow = z.object({
  promptId: idSchema,
  promptSetId: idSchema,
  isAsked: z.union([z.literal(0), z.literal(1)]),
  messages: messagesColumn,
});

/** A prompt that a study asks. */
export interface AskedPrompt {
  promptId: string;
  /** Which of the prompts with the same words in its set it is, from 0. */
  repetition: number;
  messages: Message[];
}

/** The prompts of a study by set, in order: each system is asked all of them. */
export function promptsOfStudy(db: Database, studyId: string): AskedPrompt[] {
  const prompts = all(
    db,
    askedRow,
    `SELECT p.id AS promptId, p.prompt_set_id AS promptSetId, p.messages_json AS messages,
       p.id IN (SELECT c.prompt_id FROM evaluation e JOIN comparison c ON c.evaluation_id = e.id
         WHERE e.study_id = @studyId) AS isAsked
     FROM prompt p WHERE p.prompt_set_id IN
       (SELECT prompt_set_id FROM evaluation WHERE study_id = @studyId)
     ORDER BY p.prompt_set_id, p.ordinal`,
    { studyId },
  );
  const sets = Map.groupBy(prompts, ({ promptSetId }) => promptSetId);
  return [...sets.values()]
    .flatMap(withRepetitions)
    .filter(({ isAsked }) => isAsked === 1)
    .map(({ promptId, repetition, messages }) => ({ promptId, repetition, messages }));
}

const answeredRow = z.object({
  systemId: idSchema,
  promptId: idSchema,
  finish: answerFinishSchema,
});

/** How the systems of a study have ended on any prompts, also of others than it asks. */
export function answersOfStudy(db: Database, studyId: string): z.infer<typeof answeredRow>[] {
  return all(
    db,
    answeredRow,
    `SELECT system_id AS systemId, prompt_id AS promptId, finish FROM generation
     WHERE system_id IN (${systemsOf})`,
    { studyId },
  );
}

const systemsOf = `SELECT system_a_id FROM evaluation WHERE study_id = @studyId
  UNION SELECT system_b_id FROM evaluation WHERE study_id = @studyId`;

/** How many answers the systems of a study have to any prompts: read off an index alone. */
export function countAnswersOfStudy(db: Database, studyId: string): number {
  const sql = `SELECT count(*) AS n FROM generation WHERE system_id IN (${systemsOf})`;
  return get(db, countRow, sql, { studyId })?.n ?? 0;
}

const failureRow = z.object({
  systemId: idSchema,
  promptSetName: nameSchema,
  ordinal: countSchema,
  reason: z.string(),
});

/** Answers of a study that failed, with the reason that stands in their place. */
export function failuresOfStudy(db: Database, studyId: string): z.infer<typeof failureRow>[] {
  return all(
    db,
    failureRow,
    `SELECT DISTINCT g.system_id AS systemId, s.name AS promptSetName, p.ordinal,
       g.output AS reason
     FROM evaluation e JOIN comparison c ON c.evaluation_id = e.id
     JOIN generation g ON g.prompt_id = c.prompt_id
       AND g.system_id IN (e.system_a_id, e.system_b_id)
     JOIN prompt p ON p.id = c.prompt_id JOIN prompt_set s ON s.id = p.prompt_set_id
     WHERE e.study_id = @studyId AND g.finish = 'failed'
     ORDER BY p.prompt_set_id, p.ordinal, g.system_id`,
    { studyId },
  );
}

const paceRow = z.object({ answerMs: z.number().nullable(), voteMs: z.number().nullable() });

/** How long answers took lately on this project's machines, side by side counted, and votes. */
export function recentPace(db: Database): z.infer<typeof paceRow> {
  const row = get(
    db,
    paceRow,
    `SELECT
       (SELECT avg(ms) FROM (SELECT duration_ms / max(1, coalesce(identity_json ->> 'parallel', 1)) AS ms
          FROM generation WHERE finish <> 'failed' AND duration_ms > 0 ORDER BY created_ms DESC LIMIT 200)) AS answerMs,
       (SELECT avg(ms) FROM (SELECT duration_ms AS ms FROM vote WHERE duration_ms > 0
          AND author_kind = 'human' ORDER BY sequence DESC LIMIT 200)) AS voteMs`,
  );
  return row ?? { answerMs: null, voteMs: null };
}

const timeRow = z.object({ author: nameSchema, votes: countSchema, medianMs: z.number() });

/** Of each person how many standing votes of a study have a time, and the median of those. */
export function voteTimesOfStudy(db: Database, studyId: string): z.infer<typeof timeRow>[] {
  return all(
    db,
    timeRow,
    `WITH timed AS (
       SELECT v.author, v.duration_ms AS ms,
         row_number() OVER (PARTITION BY v.author ORDER BY v.duration_ms) AS place,
         count(*) OVER (PARTITION BY v.author) AS votes
       FROM evaluation e JOIN comparison c ON c.evaluation_id = e.id
       JOIN vote v ON v.comparison_id = c.id
       WHERE e.study_id = @studyId AND v.author_kind = 'human' AND v.duration_ms IS NOT NULL
         AND v.shown <> 'withdrawn' AND ${isLastVote})
     SELECT author, votes, avg(ms) AS medianMs FROM timed
     WHERE place IN ((votes + 1) / 2, (votes + 2) / 2) GROUP BY author, votes ORDER BY author`,
    { studyId },
  );
}
