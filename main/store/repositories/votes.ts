import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  authorKindSchema,
  noReason,
  shownVerdictSchema,
  systemKeySchema,
  voteTagSchema,
  type AuthorKind,
  type VoteReason,
  type VoteTag,
} from '../../../shared/domain/evaluate/evaluation.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { countRow, json } from '../columns.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';

/** What a row of votes says: a verdict, or that the author's earlier one is taken back. */
export const castVerdictSchema = z.enum([...shownVerdictSchema.options, 'withdrawn']);

const castRow = z.object({
  shown: castVerdictSchema,
  reason: z.string(),
  tags: json(z.array(z.string())),
});

const voteRow = castRow.extend({
  comparisonId: idSchema,
  author: nameSchema,
  authorKind: authorKindSchema,
  durationMs: countSchema.nullable(),
  createdMs: momentSchema,
});

/** A vote as it is stored; `withdrawn` takes the author's earlier vote back. */
export type StoredVote = z.infer<typeof voteRow>;

/** Appends a vote or a withdrawal. */
export function insertVote(
  db: Database,
  {
    reason = noReason.reason,
    tags = noReason.tags,
    ...vote
  }: Omit<StoredVote, 'createdMs' | keyof VoteReason> & Partial<VoteReason>,
): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO vote (id, comparison_id, shown, author, author_kind, duration_ms, created_ms,
         sequence, reason, tags_json)
       VALUES (@id, @comparisonId, @shown, @author, @authorKind, @durationMs, @createdMs,
         @sequence, @reason, @tags)`,
      {
        ...vote,
        id: uuidv7(),
        createdMs: Date.now(),
        sequence: nextSequence(db),
        reason,
        tags: JSON.stringify(tags),
      },
    ),
  );
}

/** The vote `v` is the last one of its author, whatever the clock said: by sequence. */
export const isLastVote = `v.id = (SELECT id FROM vote WHERE comparison_id = v.comparison_id
    AND author = v.author AND author_kind = v.author_kind ORDER BY sequence DESC, id DESC LIMIT 1)`;

const standing = `SELECT v.comparison_id AS comparisonId, v.shown, v.author,
    v.author_kind AS authorKind, v.duration_ms AS durationMs, v.created_ms AS createdMs,
    v.reason, v.tags_json AS tags
  FROM vote v JOIN comparison c ON c.id = v.comparison_id
  WHERE c.evaluation_id = @evaluationId AND v.shown <> 'withdrawn' AND ${isLastVote}`;

/** The newest vote of each author on each comparison, withdrawn ones left out, oldest first. */
export function standingVotes(db: Database, evaluationId: string): StoredVote[] {
  return all(db, voteRow, `${standing} ORDER BY v.sequence, v.id`, { evaluationId });
}

/** A person's newest vote of an evaluation that was not withdrawn. */
export function lastVoteOf(
  db: Database,
  evaluationId: string,
  author: string,
): StoredVote | undefined {
  return get(
    db,
    voteRow,
    `${standing} AND v.author_kind = 'human' AND v.author = @author
     ORDER BY v.sequence DESC, v.id DESC LIMIT 1`,
    { evaluationId, author },
  );
}

const shownRow = z.object({ shown: shownVerdictSchema, leftSide: systemKeySchema });

/** What people said of an evaluation, by side, as it stands, oldest first. */
export function shownByPeople(db: Database, evaluationId: string): z.infer<typeof shownRow>[] {
  return all(
    db,
    shownRow,
    `SELECT v.shown, c.left_side AS leftSide FROM comparison c JOIN vote v ON v.comparison_id = c.id
     WHERE c.evaluation_id = @evaluationId AND v.author_kind = 'human'
       AND v.shown <> 'withdrawn' AND ${isLastVote} ORDER BY v.sequence, v.id`,
    { evaluationId },
  );
}

/** A verdict as it stands, with why. */
export type CastVote = VoteReason & { shown: z.infer<typeof shownVerdictSchema> };

/** Whether a person ever voted on one of these evaluations: what was taken back was seen before, too. */
export function hasHumanVotes(db: Database, evaluationIds: readonly string[]): boolean {
  const found = get(
    db,
    countRow,
    `SELECT count(*) AS n FROM vote v JOIN comparison c ON c.id = v.comparison_id
     WHERE c.evaluation_id IN (SELECT value FROM json_each(@ids)) AND v.author_kind = 'human'`,
    { ids: JSON.stringify(evaluationIds) },
  );
  return (found?.n ?? 0) > 0;
}

/** An author's standing vote on one comparison, or `null`; a person's unless said otherwise. */
export function castVoteOf(
  db: Database,
  comparisonId: string,
  by: { author: string; authorKind?: AuthorKind },
): CastVote | null {
  const vote = get(
    db,
    castRow,
    `SELECT shown, reason, tags_json AS tags FROM vote WHERE comparison_id = @comparisonId
       AND author = @author AND author_kind = @authorKind ORDER BY sequence DESC, id DESC LIMIT 1`,
    { comparisonId, authorKind: 'human', ...by },
  );
  if (vote === undefined || vote.shown === 'withdrawn') return null;
  return { ...vote, shown: vote.shown };
}

/** The tags of the project's standing votes, the most frequent first. */
export function voteTags(db: Database): VoteTag[] {
  return all(
    db,
    voteTagSchema,
    `SELECT t.value AS tag, count(*) AS votes FROM vote v, json_each(v.tags_json) t
     WHERE v.tags_json <> '[]' AND v.shown <> 'withdrawn' AND ${isLastVote}
     GROUP BY t.value ORDER BY votes DESC, tag`,
  );
}
