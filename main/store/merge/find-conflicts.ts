import { z } from 'zod';
import { all, get, type Database, assembled } from '../database.ts';
import { countRow } from '../columns.ts';
import { finalId } from './identities.ts';

/** How many of a long list a report names; it counts all of them. */
export const mostListed = 100;

const oppositeRow = z.object({
  sampleId: z.string(),
  prompt: z.string(),
  ours: z.string(),
  ourAuthor: z.string(),
  theirs: z.string(),
  theirAuthor: z.string(),
});

/** A sample on which the newest reviews that each file has alone disagree. */
export type OppositeReview = z.infer<typeof oppositeRow>;

const lastAlone = (side: 'main' | 'other', seq: string) => `
  SELECT seq, action, author FROM (
    SELECT ${seq} AS seq, r.action, b.author,
      row_number() OVER (PARTITION BY r.sample_seq ORDER BY b.sequence DESC, b.id DESC) AS place
    FROM ${side}.review r JOIN ${side}.review_batch b ON b.id = r.batch_id
    WHERE NOT EXISTS (SELECT 1 FROM ${side === 'main' ? 'other' : 'main'}.review_batch k
      WHERE k.id = b.id)
      ${side === 'main' ? 'AND r.sample_seq IN (SELECT seq FROM temp.their_review)' : ''})
  WHERE place = 1`;

/** Reviews that oppose each other; to be called while each file has only its own. */
export function findOppositeReviews(db: Database): { total: number; first: OppositeReview[] } {
  db.exec(`
    CREATE TEMP TABLE their_review (seq INTEGER PRIMARY KEY, action TEXT, author TEXT);
    INSERT INTO temp.their_review ${lastAlone('other', '(SELECT final FROM temp.sample_map WHERE seq = r.sample_seq)')};
    CREATE TEMP TABLE our_review (seq INTEGER PRIMARY KEY, action TEXT, author TEXT);
    INSERT INTO temp.our_review ${lastAlone('main', 'r.sample_seq')};
    INSERT OR IGNORE INTO temp.touched SELECT seq FROM temp.their_review;
  `);
  const from =
    'temp.their_review t JOIN temp.our_review o ON o.seq = t.seq AND o.action <> t.action';
  const total = get(db, countRow, assembled(`SELECT count(*) AS n FROM ${from}`), {})?.n ?? 0;
  const sql: string = `SELECT s.id AS sampleId, s.prompt_preview AS prompt, o.action AS ours,
      o.author AS ourAuthor, t.action AS theirs, t.author AS theirAuthor
    FROM ${from} JOIN main.sample s ON s.seq = t.seq ORDER BY s.id LIMIT @mostListed`;
  return { total, first: all(db, oppositeRow, sql, { mostListed }) };
}

const answersRow = z.object({ evaluation: z.string(), answers: z.number(), votes: z.number() });

/** An evaluation of which both files generated answers to the same prompts, and not the same ones. */
export type OtherAnswers = z.infer<typeof answersRow>;

/**
 * Answers of one system to one prompt that both files generated: those with the smaller id count,
 * but none that failed beside one that did not.
 * Fills `temp.generation_pair`; to be called once systems and prompts are brought together.
 */
export function findOtherAnswers(db: Database): OtherAnswers[] {
  db.exec(`
    CREATE TEMP TABLE generation_pair AS
      SELECT o.id AS theirs, m.id AS ours, m.prompt_id,
        m.output IS NOT o.output AND 'failed' NOT IN (m.finish, o.finish) AS differs,
        m.system_id, (o.finish = 'failed', o.id) < (m.finish = 'failed', m.id) AS is_theirs
      FROM other.generation o JOIN main.generation m
        ON m.system_id = ${finalId('other', 'system', 'o.system_id')}
        AND m.prompt_id = ${finalId('other', 'prompt', 'o.prompt_id')}
      WHERE m.id <> o.id;
  `);
  return all(
    db,
    answersRow,
    `SELECT e.name AS evaluation, count(DISTINCT g.theirs) AS answers,
       (SELECT count(*) FROM main.vote v WHERE v.comparison_id IN
         (SELECT k.id FROM main.comparison k JOIN temp.generation_pair p
            ON p.differs AND p.prompt_id = k.prompt_id WHERE k.evaluation_id = e.id)) AS votes
     FROM temp.generation_pair g JOIN main.evaluation e
       ON g.system_id IN (e.system_a_id, e.system_b_id)
     JOIN main.comparison c ON c.evaluation_id = e.id AND c.prompt_id = g.prompt_id
     WHERE g.differs GROUP BY e.id ORDER BY e.name`,
  );
}

const revealedRow = z.object({ evaluation: z.string() });

/** Evaluations whose systems only one of the files had revealed. */
export const findRevealed = (db: Database): z.infer<typeof revealedRow>[] =>
  all(
    db,
    revealedRow,
    `SELECT m.name AS evaluation FROM main.evaluation m JOIN other.evaluation o ON o.id = m.id
     WHERE (m.revealed_ms IS NULL) <> (o.revealed_ms IS NULL) ORDER BY m.name`,
  );

const sameRow = z.object({ table: z.string(), ours: z.string(), theirs: z.string() });

/** Something that both files froze under two names. */
export type SameContent = z.infer<typeof sameRow>;

/** Datasets and prompt sets that hold the same under two names, of which only one was here. */
export function findSameContent(db: Database): SameContent[] {
  return (['dataset', 'prompt_set'] as const).flatMap((table) => {
    const sql: string = `SELECT '${table}' AS "table", m.name AS ours, o.name AS theirs
      FROM other.${table} o JOIN main.${table} m ON m.content_hash = o.content_hash
        AND m.id <> ${finalId('other', table, 'o.id')}
      WHERE NOT EXISTS (SELECT 1 FROM main.${table} k WHERE k.id = ${finalId('other', table, 'o.id')})
      ORDER BY o.name`;
    return all(db, sameRow, sql, {});
  });
}

const twiceRow = z.object({ comparisonId: z.string(), author: z.string() });

/** Votes of one person on one comparison that each file has alone and that differ. */
export const findOtherVotes = (db: Database): z.infer<typeof twiceRow>[] =>
  all(
    db,
    twiceRow,
    `SELECT DISTINCT o.comparison_id AS comparisonId, o.author FROM other.vote o
     JOIN main.vote m ON m.comparison_id = o.comparison_id AND m.author = o.author
       AND m.author_kind = o.author_kind AND m.shown <> o.shown
     WHERE NOT EXISTS (SELECT 1 FROM main.vote k WHERE k.id = o.id)
       AND NOT EXISTS (SELECT 1 FROM other.vote k WHERE k.id = m.id)
     ORDER BY 1, 2`,
  );

/** What two files say that does not go together, beside edits, which stay in the project. */
export interface Conflicts {
  opposite: { total: number; first: OppositeReview[] };
  answers: OtherAnswers[];
  revealed: z.infer<typeof revealedRow>[];
  sameContent: SameContent[];
  votes: z.infer<typeof twiceRow>[];
}

/** Conflicts that are seen before rows come; a packet has judgements and nothing else of its own. */
export function findConflicts(
  db: Database,
  { isPacket }: { isPacket: boolean },
): Omit<Conflicts, 'opposite'> {
  return {
    answers: [],
    revealed: isPacket ? [] : findRevealed(db),
    sameContent: isPacket ? [] : findSameContent(db),
    votes: findOtherVotes(db),
  };
}
