import { createHash } from 'node:crypto';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { messagesColumn } from '../columns.ts';
import { versionHash } from '../content-hash.ts';
import { all, assembled, type Database } from '../database.ts';
import { answerHash } from '../repositories/generations.ts';
import { hashPrompts } from '../repositories/prompt-sets.ts';
import { StoreError } from '../store-error.ts';
import type { Side } from './identities.ts';

/** The rows of a query one after the other: no list of them is ever in memory. */
function* rowsOf<Row>(
  db: Database,
  schema: z.ZodType<Row>,
  sql: string,
  given: Record<string, string> = {},
): Generator<Row> {
  for (const row of db.prepare(sql).iterate(given)) yield schema.parse(row);
}

const versionRow = z.object({
  id: z.string(),
  contentHash: z.string(),
  messages: messagesColumn,
  unhashedWeights: z.string().nullable(),
});

const hashedVersion = (side: Side) => `v.content_hash AS contentHash,
  v.messages_json AS messages,
  (SELECT weights FROM ${side}.unhashed_weights WHERE version_id = v.id) AS unhashedWeights`;

/** Throws PROJECT_INVALID when a version that would come is not what its hash was made of. */
export function refuseAlteredVersions(db: Database, path: string): void {
  const sql = `SELECT v.id, ${hashedVersion('other')} FROM other.sample_version v
    WHERE NOT EXISTS (SELECT 1 FROM main.sample_version m WHERE m.id = v.id)`;
  for (const row of rowsOf(db, versionRow, sql))
    if (versionHash(row) !== row.contentHash)
      throw altered(path, 'other', `version ${previewLine(row.id, 80)} of a sample`);
}

/** The same for answers that carry a hash. */
export function refuseAlteredAnswers(db: Database, path: string): void {
  const sql = `SELECT g.id, p.messages_json AS asked, g.output, g.finish,
      g.identity_json AS identity, g.turns_json AS earlier, g.answer_hash AS hash
    FROM other.generation g JOIN other.prompt p ON p.id = g.prompt_id
    WHERE g.answer_hash IS NOT NULL`;
  for (const { id, hash, ...answer } of rowsOf(db, answerRow, sql))
    if (answerHash(answer) !== hash)
      throw altered(path, 'other', `answer ${previewLine(id, 80)} of an evaluation`);
}

const answerRow = z.object({
  id: z.string(),
  asked: messagesColumn,
  output: z.string(),
  finish: z.string(),
  identity: z.string(),
  earlier: z.string().nullable(),
  hash: z.string(),
});

const frozenRow = z.object({ id: z.string(), name: z.string(), contentHash: z.string() });

// Of a dataset that was deleted a run may keep the name alone.
const hasItems = (side: Side) => `(
  NOT EXISTS (SELECT 1 FROM ${side}.label l
    WHERE l.thing = 'dataset' AND l.thing_id = t.id AND l.field = 'deleted')
  OR EXISTS (SELECT 1 FROM ${side}.dataset_item i WHERE i.dataset_id = t.id))`;

const frozenIn = (db: Database, side: Side, table: 'dataset' | 'prompt_set') =>
  all(
    db,
    frozenRow,
    assembled(`SELECT id, name, content_hash AS contentHash FROM ${side}.${table} t
      WHERE ${table === 'dataset' ? hasItems(side) : 'true'}`),
    {},
  );

/**
 * Throws PROJECT_INVALID when a dataset of either file is not what was frozen: two of one name and
 * hash become one, and nobody could tell later which of them was altered.
 */
export function refuseAlteredDatasets(db: Database, side: Side, path: string): void {
  const sql = `SELECT v.id, ${hashedVersion(side)} FROM ${side}.dataset_item i
    JOIN ${side}.sample_version v ON v.id = i.version_id
    WHERE i.dataset_id = @id ORDER BY i.ordinal`;
  for (const { id, name, contentHash } of frozenIn(db, side, 'dataset')) {
    const hash = createHash('sha256');
    for (const version of rowsOf(db, versionRow, sql, { id }))
      hash.update(`${versionHash(version)}\n`);
    if (hash.digest('hex') !== contentHash)
      throw altered(path, side, `dataset “${previewLine(name, 80)}”`);
  }
}

const promptRow = z.object({
  messages: messagesColumn,
  expected: z
    .string()
    .nullable()
    .transform((text) => text ?? undefined),
});

/** The same for prompt sets. */
export function refuseAlteredPromptSets(db: Database, side: Side, path: string): void {
  const sql = `SELECT messages_json AS messages, expected FROM ${side}.prompt
    WHERE prompt_set_id = @id ORDER BY ordinal`;
  for (const { id, name, contentHash } of frozenIn(db, side, 'prompt_set'))
    if (hashPrompts([...rowsOf(db, promptRow, sql, { id })]) !== contentHash)
      throw altered(path, side, `prompt set “${previewLine(name, 80)}”`);
}

const altered = (path: string, side: Side, what: string) =>
  new StoreError(
    'PROJECT_INVALID',
    `${path} is not merged: the ${what} in ${side === 'main' ? 'the open project' : 'it'} is not ` +
      'what its hash was made of, so that file was altered or is damaged. Restore it from a backup ' +
      'first. Nothing was changed.',
    { path },
  );
