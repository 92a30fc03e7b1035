import { z } from 'zod';
import { countSchema } from '../../../shared/domain/stored-value.ts';
import { get, type Database } from '../database.ts';

const differenceRow = z.object({
  /** Samples that only the first has, or only the second, by their content. */
  onlyFirst: countSchema,
  onlySecond: countSchema,
  /** Of both of these together, those with fewer than two user turns. */
  single: countSchema,
});

/** What two datasets do not have in common, by the hashes of their samples' contents. */
export function datasetDifference(
  db: Database,
  first: string,
  second: string,
): z.infer<typeof differenceRow> {
  const row = get(
    db,
    differenceRow,
    `WITH one AS (SELECT DISTINCT v.content_hash AS hash FROM dataset_item i
         JOIN sample_version v ON v.id = i.version_id WHERE i.dataset_id = @first),
       two AS (SELECT DISTINCT v.content_hash AS hash FROM dataset_item i
         JOIN sample_version v ON v.id = i.version_id WHERE i.dataset_id = @second),
       gone AS (SELECT hash FROM one EXCEPT SELECT hash FROM two),
       new AS (SELECT hash FROM two EXCEPT SELECT hash FROM one),
       other AS (SELECT hash FROM gone UNION ALL SELECT hash FROM new)
     SELECT (SELECT count(*) FROM gone) AS "onlyFirst", (SELECT count(*) FROM new) AS "onlySecond",
       (SELECT count(*) FROM other WHERE 2 > (SELECT count(*) FROM json_each(
          (SELECT messages_json FROM dataset_item i JOIN sample_version v ON v.id = i.version_id
           WHERE i.dataset_id IN (@first, @second) AND v.content_hash = other.hash LIMIT 1))
          WHERE value ->> 'role' = 'user')) AS single`,
    { first, second },
  );
  return row ?? { onlyFirst: 0, onlySecond: 0, single: 0 };
}
