import { z } from 'zod';
import { rubricTextSchema } from '../../../shared/domain/judge/rubric.ts';
import { json } from '../columns.ts';
import { all, type Database } from '../database.ts';
import { rubricHash, rubricJson } from '../repositories/judge/rubrics.ts';
import { StoreError } from '../store-error.ts';
import { earliestSequence, refuseChangedRows, unionRows, type UnionCount } from './union-rows.ts';

/**
 * Brings rubrics, judgings and verdicts together; to be called once evaluations and answers are. An
 * item that both files had judged in one judging keeps the verdict with the smaller id, and verdicts
 * on an answer in whose place another one stays go with it: they can be asked again.
 */
export function mergeJudgings(db: Database, path: string): UnionCount {
  refuseAlteredRubrics(db, path);
  mergeRubrics(db);
  refuseChangedRows(db, 'judging', path);
  unionRows(db, 'judging', { replaced: { job_id: 'NULL' } });
  earliestSequence(db, 'judging');
  refuseChangedRows(db, 'verdict', path);
  db.exec(`DELETE FROM main.verdict WHERE ${isOnReplaced('verdict', 'ours', 'p.is_theirs')}`);
  db.exec(`DELETE FROM main.verdict AS m WHERE EXISTS (SELECT 1 FROM other.verdict o
    WHERE ${isSameItem} AND o.id < m.id AND NOT (${isOnReplaced('o', 'theirs', 'NOT p.is_theirs')}))`);
  const verdicts = unionRows(db, 'verdict', {
    where: `NOT (${isOnReplaced('o', 'theirs', 'NOT p.is_theirs')})
      AND NOT EXISTS (SELECT 1 FROM main.verdict m WHERE ${isSameItem} AND m.id <> o.id)`,
  });
  earliestSequence(db, 'verdict');
  return verdicts;
}

const isSameItem = `m.judging_id = o.judging_id AND m.shown_order = o.shown_order
  AND coalesce(m.comparison_id, m.generation_id, m.audit_key)
    = coalesce(o.comparison_id, o.generation_id, o.audit_key)
  AND m.turn IS o.turn AND (m.origin_id IS NULL) = (o.origin_id IS NULL)`;

/** True of a verdict of one file on an answer that the other file's takes the place of. */
const isOnReplaced = (verdict: string, answer: 'ours' | 'theirs', isLost: string) =>
  `(${verdict}.generation_id IS NOT NULL AND ${verdict}.generation_id IN
     (SELECT p.${answer} FROM temp.generation_pair p WHERE ${isLost}))
   OR (${verdict}.comparison_id IS NOT NULL AND ${verdict}.comparison_id IN
     (SELECT c.id FROM temp.generation_pair p JOIN main.comparison c ON c.prompt_id = p.prompt_id
      JOIN main.evaluation e ON e.id = c.evaluation_id
        AND p.system_id IN (e.system_a_id, e.system_b_id)
      WHERE ${isLost}))`;

/** A text that both files stored is one rubric, by the name that it was given first. */
function mergeRubrics(db: Database): void {
  db.exec(`
    UPDATE main.rubric AS m SET name = o.name, author = o.author, created_ms = o.created_ms
    FROM other.rubric o WHERE o.hash = m.hash
      AND (o.created_ms, o.author, o.name) < (m.created_ms, m.author, m.name);
  `);
  unionRows(db, 'rubric');
  earliestSequence(db, 'rubric');
}

const textRow = z.object({ hash: z.string(), kind: z.string(), text: z.string() });
const textColumn = json(rubricTextSchema);

/** Throws PROJECT_INVALID when a rubric is not what its hash was made of. */
function refuseAlteredRubrics(db: Database, path: string): void {
  const rows = all(db, textRow, 'SELECT hash, kind, text_json AS text FROM other.rubric');
  for (const { hash, kind, text } of rows) {
    const parsed = textColumn.safeParse(text).data;
    const isWhole =
      parsed?.kind === kind && rubricHash(parsed) === hash && rubricJson(parsed) === text;
    if (!isWhole)
      throw new StoreError(
        'PROJECT_INVALID',
        `${path} is not merged: its rubric ${hash.slice(0, 12)} is not what its hash was made of, ` +
          'so that file was altered or is damaged. Restore it from a backup first. Nothing was changed.',
        { path },
      );
  }
}
