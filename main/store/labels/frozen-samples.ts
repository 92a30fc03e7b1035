import { z } from 'zod';
import { idSchema, nameSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, integers, type Database } from '../database.ts';
import { SeqSet } from '../repositories/samples/seq-set.ts';
import type { Steps } from '../steps.ts';

/** Which of some samples are in datasets, which keep them: all that are, and each dataset's number. */
export interface FrozenSamples {
  seqs: SeqSet;
  datasets: { name: string; samples: number }[];
}

const datasetRow = z.object({ id: idSchema, name: nameSchema });
const lastRow = z.object({ last: z.number().int().nullable() });

/**
 * Looks through the items of every dataset, in steps: an index by version would take as much room
 * as the items themselves, for a question that is asked before something is thrown away.
 */
export function* frozenAmong(
  db: Database,
  isAsked: (seq: number) => boolean,
): Steps<FrozenSamples> {
  const found: FrozenSamples = { seqs: new SeqSet(), datasets: [] };
  const datasets = all(
    db,
    datasetRow,
    'SELECT id, name FROM dataset ORDER BY sequence DESC, id DESC',
  );
  for (const { id, name } of datasets) {
    const last =
      get(db, lastRow, 'SELECT max(ordinal) AS last FROM dataset_item WHERE dataset_id = @id', {
        id,
      })?.last ?? -1;
    let samples = 0;
    for (let after = -1; after < last;) {
      const through = after + (yield);
      for (const seq of integers(db, itemSeqs, { id, after, through })) {
        if (!isAsked(seq)) continue;
        found.seqs.add(seq);
        samples += 1;
      }
      after = through;
    }
    if (samples > 0) found.datasets.push({ name, samples });
  }
  return found;
}

const itemSeqs = `SELECT v.sample_seq FROM dataset_item i CROSS JOIN sample_version v
  ON v.id = i.version_id
  WHERE i.dataset_id = @id AND i.ordinal > @after AND i.ordinal <= @through`;
