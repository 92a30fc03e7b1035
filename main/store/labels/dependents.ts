import { z } from 'zod';
import type { Dependents } from '../../../shared/domain/deletion.ts';
import type { Thing } from '../../../shared/domain/label.ts';
import { all, assembled, get, type Database } from '../database.ts';
import { passesOf } from '../repositories/checkpoints.ts';
import { isCheckpointLive, isLive } from '../repositories/labels.ts';

const nameRow = z.object({ name: z.string() });
const countRow = z.object({ n: z.number().int() });

const mostNamed = 20;

type Query = { what: Dependents['what']; from: string; name?: string };

const ofSystems = (where: string): Query => ({
  what: 'evaluation',
  from: `evaluation e WHERE EXISTS (SELECT 1 FROM system s
    WHERE s.id IN (e.system_a_id, e.system_b_id) AND ${where}) ORDER BY e.sequence DESC, e.id DESC`,
  name: 'e.name',
});

const chatsWith = (hash: string): Query => ({
  what: 'chat-answer',
  from: `chat_answer a WHERE json_extract(a.identity_json, '$.adapterSha256') IN (${hash})
    OR json_extract(a.identity_json, '$.baseSha256') IN (${hash})`,
});

const runsWith = (column: string): Query => ({
  what: 'run',
  from: `run r WHERE r.${column} = @id AND ${isLive('run', 'r.id')}
    ORDER BY r.sequence DESC, r.id DESC`,
  name: 'r.name',
});

// Of answers that no other evaluation shows, which go with it.
const gradesWith = (column: string): Query => ({
  what: 'grade',
  from: `grade r WHERE r.generation_id IN (
    SELECT g.id FROM generation g JOIN evaluation e ON g.system_id IN (e.system_a_id, e.system_b_id)
    JOIN comparison c ON c.evaluation_id = e.id AND c.prompt_id = g.prompt_id
    GROUP BY g.id HAVING count(*) = count(*) FILTER (WHERE ${column} = @id))`,
});

const queries: Record<Thing['thing'], Query[]> = {
  run: [
    {
      what: 'checkpoint',
      from: `checkpoint c WHERE c.run_id = @id AND ${isCheckpointLive('c.id', 'c.sha256')}
        ORDER BY c.epoch`,
      name: `'epoch ' || ${passesOf('c')}`,
    },
    ofSystems('s.checkpoint_id IN (SELECT id FROM checkpoint WHERE run_id = @id)'),
    chatsWith('SELECT sha256 FROM checkpoint WHERE run_id = @id'),
  ],
  checkpoint: [
    ofSystems('s.checkpoint_id = @id'),
    chatsWith('SELECT sha256 FROM checkpoint WHERE id = @id'),
  ],
  dataset: [runsWith('dataset_id')],
  'prompt-set': [
    {
      what: 'evaluation',
      from: 'evaluation e WHERE e.prompt_set_id = @id ORDER BY e.sequence DESC, e.id DESC',
      name: 'e.name',
    },
  ],
  evaluation: [
    {
      what: 'vote',
      from: `vote v JOIN comparison c ON c.id = v.comparison_id WHERE c.evaluation_id = @id`,
    },
    gradesWith('e.id'),
  ],
  study: [
    {
      what: 'evaluation',
      from: 'evaluation e WHERE e.study_id = @id ORDER BY e.sequence DESC, e.id DESC',
    },
    {
      what: 'vote',
      from: `vote v JOIN comparison c ON c.id = v.comparison_id
        JOIN evaluation e ON e.id = c.evaluation_id WHERE e.study_id = @id`,
    },
    gradesWith('e.study_id'),
  ],
  model: [runsWith('model_id'), ofSystems('s.model_id = @id')],
  sample: [],
  answers: [ofSystems('s.id = @id')],
  conversation: [{ what: 'chat-answer', from: 'chat_answer a WHERE a.conversation_id = @id' }],
};

/** What refers to a thing, by kind; kinds of which nothing does are left out. */
export function dependentsOf(db: Database, { thing, id }: Thing): Dependents[] {
  return queries[thing].flatMap(({ what, from, name }) => {
    const total = get(db, countRow, assembled(`SELECT count(*) AS n FROM ${from}`), { id })?.n ?? 0;
    if (total === 0) return [];
    const named = name
      ? all(db, nameRow, assembled(`SELECT ${name} AS name FROM ${from} LIMIT ${mostNamed}`), {
          id,
        })
      : [];
    return [{ what, total, names: named.map((row) => row.name) }];
  });
}

const idRow = z.object({ id: z.string() });

/**
 * The evaluations that compare a checkpoint, or any of a run, by the id of either, and the studies
 * that these are of.
 */
export const evaluationIdsWith = (db: Database, id: string): string[] =>
  all(
    db,
    idRow,
    `WITH own AS (SELECT e.id, e.study_id FROM evaluation e WHERE EXISTS (SELECT 1 FROM system s
       JOIN checkpoint c ON c.id = s.checkpoint_id
       WHERE s.id IN (e.system_a_id, e.system_b_id) AND @id IN (c.id, c.run_id)))
     SELECT id FROM own UNION SELECT study_id FROM own WHERE study_id IS NOT NULL`,
    { id },
  ).map((row) => row.id);
