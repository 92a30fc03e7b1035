import type { Migration } from './migrate.ts';

/**
 * Verdicts on single turns of dialogues, from 0; none on pairs, single answers and, of before, whole
 * dialogues. A verdict that was taken over from an earlier judging of the same words names the one
 * that the judge gave, and what fenced its texts off: these stay known when the earlier one is gone.
 * The judge's own word may still come beside it.
 */
export const verdictsOnTurns: Migration = {
  version: 27,
  name: 'verdicts on turns',
  sql: `
ALTER TABLE verdict ADD COLUMN turn INTEGER;
ALTER TABLE verdict ADD COLUMN origin_id TEXT;
ALTER TABLE verdict ADD COLUMN origin_nonce TEXT;
DROP INDEX verdict_of_item;
CREATE UNIQUE INDEX verdict_of_item ON verdict (judging_id,
  coalesce(comparison_id, generation_id, audit_key), coalesce(turn, -1), shown_order,
  origin_id IS NULL);
`,
};
