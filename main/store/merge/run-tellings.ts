import { createHash } from 'node:crypto';
import { z } from 'zod';
import { all, assembled, get, type Database } from '../database.ts';
import { contentTables } from './content-tables.ts';
import { derivedId, isDerivedId, type Side } from './identities.ts';

const checkpointRow = z.object({
  id: z.string(),
  epoch: z.number().int(),
  sha256: z.string(),
  file: z.string(),
  sizeBytes: z.number().int(),
});

/** How one file tells a run: by the checkpoints it made, it is the same telling as another or not. */
export interface Telling {
  side: Side;
  runId: string;
  checkpoints: z.infer<typeof checkpointRow>[];
  sequence: number;
  /** Greater is further: checkpoints, then steps; what is equal in both is decided by the content. */
  rank: string;
}

const children = ['run_metric', 'dev_loss', 'run_probe', 'probe_prompt', 'probe_answer'] as const;
/** The tables that tell a run, beside its events, which are a log of all its copies. */
export const runTables = ['run', ...children, 'checkpoint'] as const;

const marksOf = ({ checkpoints }: Telling) =>
  checkpoints.map(({ epoch, sha256 }) => `${epoch}:${sha256}`);

/** The id of a run that parts from the one it began as: it follows from what the telling did. */
export const splitId = (runId: string, telling: Telling) =>
  derivedId('run', runId, ...marksOf(telling));

/** Every telling of each run that at least one file knows, by the id that it has in the end. */
export function tellingsOfRuns(db: Database): Map<string, Telling[]> {
  const tellings = (['main', 'other'] as const).flatMap((side) => tellingsOf(db, side));
  const roots = [...new Set(tellings.map(({ runId }) => runId))].filter((id) => !isDerivedId(id));
  return Map.groupBy(tellings, (telling) => {
    if (!isDerivedId(telling.runId)) return telling.runId;
    // A split run that was gone on with is one of its own.
    return roots.find((root) => splitId(root, telling) === telling.runId) ?? telling.runId;
  });
}

const tellingRow = z.object({ runId: z.string(), sequence: z.number().int() });
const stepRow = z.object({ step: z.number().int() });

function tellingsOf(db: Database, side: Side): Telling[] {
  const sql: string = `SELECT id AS runId, sequence FROM ${side}.run ORDER BY id`;
  return all(db, tellingRow, sql, {}).map(({ runId, sequence }) => {
    const checkpoints = all(
      db,
      checkpointRow,
      assembled(
        `SELECT id, epoch, sha256, file, size_bytes AS sizeBytes FROM ${side}.checkpoint WHERE run_id = @runId ORDER BY epoch`,
      ),
      { runId },
    );
    const last = get(
      db,
      stepRow,
      assembled(
        `SELECT coalesce(max(step), 0) AS step FROM ${side}.run_metric WHERE run_id = @runId`,
      ),
      { runId },
    );
    const numbers = [checkpoints.length, last?.step ?? 0].map((n) => String(n).padStart(16, '0'));
    const rank = [...numbers, contentOf(db, side, runId)].join(' ');
    return { side, runId, sequence, checkpoints, rank };
  });
}

/** A hash of what a file holds of a run, whatever it calls the run and what it refers to. */
function contentOf(db: Database, side: Side, runId: string): string {
  const hash = createHash('sha256');
  for (const table of runTables) {
    const columns = Object.entries(contentTables[table].columns).flatMap(([column, rule]) =>
      rule === 'value' || (rule === 'key' && column !== 'id') ? [column] : [],
    );
    const key = table === 'run' ? 'id' : 'run_id';
    const sql = `SELECT ${columns.join(', ')} FROM ${side}.${table} WHERE ${key} = ?
      ORDER BY ${columns.map((_, index) => index + 1).join(', ')}`;
    for (const row of db.prepare(sql).raw().iterate(runId))
      hash.update(`${table} ${JSON.stringify(row)}\n`);
  }
  return hash.digest('hex');
}

/** True when a telling has every checkpoint of another. */
export function contains(further: Telling, telling: Telling): boolean {
  const marks = new Set(marksOf(further));
  return marksOf(telling).every((mark) => marks.has(mark));
}
