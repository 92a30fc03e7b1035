import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { all, get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';

/** What a column may hold, as SQL that is true of anything else; `c` stands for the column. */
const strange = {
  // octet_length counts what length() does not see: everything behind a NUL, and other scripts.
  id: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 64 OR c GLOB '*[^0-9a-z-]*'
    OR c GLOB '-*' OR octet_length(c) <> length(c) OR c IN ('con', 'prn', 'aux', 'nul')
    OR c GLOB 'com[0-9]' OR c GLOB 'lpt[0-9]'`,
  hash: `typeof(c) <> 'text' OR octet_length(c) > 64 OR c GLOB '*[^0-9A-Za-z-]*'
    OR octet_length(c) <> length(c)`,
  artifact: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 800
    OR c GLOB '*[^0-9A-Za-z._/\\-]*' OR c GLOB '[./\\]*' OR c GLOB '*[/\\][./\\]*'
    OR c GLOB '*[./\\]' OR c GLOB '*.[/\\]*' OR octet_length(c) <> length(c)`,
  path: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 131072 OR instr(c, char(0)) > 0`,
  name: `typeof(c) <> 'text' OR octet_length(c) > 40000`,
  text: `typeof(c) <> 'text' OR octet_length(c) > 67108864`,
  count: `typeof(c) <> 'integer' OR c NOT BETWEEN 0 AND 9007199254740991`,
  integer: `typeof(c) <> 'integer'`,
  moment: `typeof(c) <> 'integer' OR c NOT BETWEEN 0 AND 8640000000000000`,
  // Losses may be infinite; the others are measured as well.
  measure: `typeof(c) NOT IN ('real', 'integer')`,
  bytes: `typeof(c) <> 'blob' OR octet_length(c) > 67108864`,
  /** Checked by SQLite itself, as the CHECK of the column says. */
  word: `typeof(c) <> 'text' OR octet_length(c) > 100`,
} as const;

type Kind = keyof typeof strange;

const ordered = { created_ms: 'moment', sequence: 'integer' } as const;

/** Every column of the newest schema: `strange-values.test.ts` fails for one that is missing. */
export const columnKinds: Record<string, Record<string, Kind | `${Kind}?`>> = {
  // Any place passes: `foreign-order.ts` looks at them, and a project with a wrong one can be read.
  project: { id: 'count', uuid: 'id', created_ms: 'moment', last_sequence: 'integer' },
  schema_migration: { version: 'count', name: 'name', sha256: 'hash', applied_ms: 'moment' },
  sample: {
    seq: 'count',
    id: 'id',
    origin_hash: 'hash',
    source: 'name',
    status: 'word',
    current_version_id: 'id',
    provenance_json: 'text',
    prompt_preview: 'name',
    answer_preview: 'name',
    turns: 'count',
    characters: 'count',
    ...ordered,
  },
  sample_version: {
    id: 'id',
    sample_seq: 'count',
    ordinal: 'count',
    messages_json: 'text',
    content_hash: 'hash',
    author: 'name',
    ...ordered,
  },
  sample_version_parent: { version_id: 'id', parent_id: 'id' },
  unhashed_weights: { version_id: 'id', weights: 'name' },
  project_defaults: {
    id: 'count',
    recipe_json: 'text?',
    prompts_hash: 'hash?',
    sampling_json: 'text?',
  },
  packet: { id: 'count', kind: 'word', annotator: 'name', created_ms: 'moment' },
  sample_flag: { sample_seq: 'count', rule: 'word', scope: 'word', reason: 'name' },
  review_batch: { id: 'id', author: 'name', undoes_batch_id: 'id?', ...ordered },
  review: {
    batch_id: 'id',
    sample_seq: 'count',
    version_id: 'id',
    action: 'word',
    status_before: 'word',
  },
  dataset: {
    id: 'id',
    name: 'name',
    content_hash: 'hash',
    author: 'name',
    ...ordered,
  },
  dataset_item: { dataset_id: 'id', ordinal: 'count', version_id: 'id' },
  model: {
    id: 'id',
    sha256: 'hash',
    path: 'path',
    info_json: 'text',
    ...ordered,
  },
  job: {
    id: 'id',
    kind: 'word',
    title: 'name',
    subject_id: 'id?',
    state: 'word',
    payload_json: 'text',
    progress_json: 'text?',
    error_json: 'text?',
    result_json: 'text?',
    created_ms: 'moment',
    started_ms: 'moment?',
    finished_ms: 'moment?',
    sequence: 'integer',
  },
  run: {
    id: 'id',
    name: 'name',
    job_id: 'id',
    model_id: 'id',
    dataset_id: 'id',
    recipe_json: 'text',
    engine: 'name',
    total_steps: 'count',
    encode_report_json: 'text?',
    created_ms: 'moment',
    memory_json: 'text?',
    sequence: 'integer',
  },
  run_event: {
    id: 'id',
    run_id: 'id',
    kind: 'word',
    step: 'count',
    message: 'text',
    ...ordered,
  },
  run_metric: {
    run_id: 'id',
    step: 'count',
    epoch: 'measure',
    loss: 'measure',
    learning_rate: 'measure',
    grad_norm: 'measure',
    tokens_per_second: 'measure',
    elapsed_ms: 'measure',
  },
  dev_loss: { run_id: 'id', step: 'count', epoch: 'count', loss: 'measure' },
  run_probe: { run_id: 'id', name: 'name', sampling_json: 'text' },
  probe_prompt: { run_id: 'id', ordinal: 'count', messages_json: 'text' },
  probe_answer: {
    run_id: 'id',
    epoch: 'count',
    ordinal: 'count',
    output: 'text',
    finish: 'word',
    prompt_tokens: 'count',
    output_tokens: 'count',
    duration_ms: 'measure',
    identity_json: 'text',
    created_ms: 'moment',
  },
  checkpoint: {
    id: 'id',
    run_id: 'id',
    epoch: 'count',
    step: 'count',
    file: 'artifact',
    sha256: 'hash',
    size_bytes: 'count',
    mean_loss: 'measure',
    created_ms: 'moment',
  },
  prompt_set: {
    id: 'id',
    name: 'name',
    content_hash: 'hash',
    ...ordered,
  },
  prompt: {
    id: 'id',
    prompt_set_id: 'id',
    ordinal: 'count',
    messages_json: 'text',
    expected: 'text?',
  },
  system: {
    id: 'id',
    kind: 'word',
    name: 'name?',
    model_id: 'id?',
    checkpoint_id: 'id?',
    strength: 'measure',
    sampling_json: 'text?',
    chat_template: 'text',
    few_shot: 'text',
    key_hash: 'hash',
    created_ms: 'moment',
  },
  generation: {
    id: 'id',
    system_id: 'id',
    prompt_id: 'id',
    output: 'text',
    finish: 'word',
    prompt_tokens: 'count',
    output_tokens: 'count',
    duration_ms: 'measure',
    identity_json: 'text',
    created_ms: 'moment',
    answer_hash: 'hash?',
  },
  evaluation: {
    id: 'id',
    name: 'name',
    prompt_set_id: 'id',
    system_a_id: 'id',
    system_b_id: 'id',
    seed: 'count',
    parallel: 'count',
    job_id: 'id?',
    revealed_ms: 'moment?',
    author: 'name',
    ...ordered,
  },
  comparison: {
    id: 'id',
    evaluation_id: 'id',
    ordinal: 'count',
    prompt_id: 'id',
    left_side: 'word',
  },
  vote: {
    id: 'id',
    comparison_id: 'id',
    shown: 'word',
    author: 'name',
    author_kind: 'word',
    duration_ms: 'count?',
    ...ordered,
  },
  label: {
    id: 'id',
    thing: 'word',
    thing_id: 'name',
    field: 'word',
    value: 'name',
    author: 'name',
    ...ordered,
  },
  unfinished_dataset: { dataset_id: 'id' },
  bin_move: { batch_id: 'id', sample_seq: 'count', is_in: 'count' },
  binned_sample: { sample_seq: 'count' },
  emptied_sample: { origin_hash: 'hash' },
  open_batch: {
    batch_id: 'id',
    job_id: 'id',
    action: 'word?',
    selection: 'text?',
    total: 'count',
    through_seq: 'integer',
    looked_at: 'integer',
    changed: 'count',
    is_cancelled: 'count',
  },
  row_checksum: {
    table_name: 'word',
    last_a: 'integer',
    last_b: 'integer',
    row_count: 'count',
    hash: 'hash',
    row_checksums: 'bytes',
  },
  chat_answer: {
    id: 'id',
    conversation_id: 'name',
    pane: 'word',
    messages_json: 'text',
    output: 'text',
    finish: 'word',
    identity_json: 'text',
    ...ordered,
  },
};

const columnRow = z.object({ name: z.string() });

/**
 * Throws PROJECT_INVALID for the first value that no version of this program writes: an id that is
 * none, a name that leads elsewhere, a time that is no time, a text of hundreds of megabytes, a row
 * that refers to none. Tables and columns that an older file lacks are left out.
 */
export function refuseStrangeValues(db: Database, path: string): void {
  for (const [table, kinds] of Object.entries(columnKinds)) {
    const columns = all(db, columnRow, 'SELECT name FROM pragma_table_info(@table)', { table });
    const known = columns.flatMap(({ name }) => {
      const kind = kinds[name];
      return kind === undefined ? [] : { name, where: condition(name, kind) };
    });
    refuseIn(db, path, table, known);
  }
  refuseDangling(db, path);
}

function condition(column: string, kind: Kind | `${Kind}?`): string {
  const name = `"${column}"`;
  const isOptional = kind.endsWith('?');
  const known = Object.entries(strange).find(([base]) => kind === base || kind === `${base}?`);
  const sql = (known?.[1] ?? 'TRUE').replaceAll(/\bc\b/g, name);
  return isOptional ? `(${name} IS NOT NULL AND (${sql}))` : `(${name} IS NULL OR ${sql})`;
}

const strangeRow = z.object({ place: z.string(), value: z.string() });

function refuseIn(
  db: Database,
  path: string,
  table: string,
  columns: readonly { name: string; where: string }[],
): void {
  if (columns.length === 0) return;
  const cases = (what: (name: string) => string) =>
    `CASE ${columns.map(({ name, where }) => `WHEN ${where} THEN ${what(name)}`).join(' ')} END`;
  const sql: string = `SELECT ${cases((name) => `'${table}.${name}'`)} AS place,
    coalesce(${cases((name) => `substr(CAST(substr("${name}", 1, 400) AS TEXT), 1, 200)`)}, 'NULL')
      AS value FROM ${table} WHERE ${columns.map(({ where }) => where).join(' OR ')} LIMIT 1`;
  const found = get(db, strangeRow, sql, {});
  if (!found) return;
  throw new StoreError(
    'PROJECT_INVALID',
    `${path} is not opened: its ${found.place} holds “${previewLine(found.value, 100)}”, which no ` +
      'version of this program writes. It was changed by another program: restore it from a backup, ' +
      'or ask whoever gave it to you. Nothing was changed.',
    { path },
  );
}

// No foreign key says so, since a sample and its first version refer to each other.
const samplesWithoutVersion = `SELECT 'sample' AS "table", 'sample_version' AS parent FROM sample s
  WHERE NOT EXISTS (SELECT 1 FROM sample_version v WHERE v.id = s.current_version_id) LIMIT 1`;

const danglingRow = z.object({ table: z.string(), parent: z.string() });

function refuseDangling(db: Database, path: string): void {
  const found =
    get(db, danglingRow, 'SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1') ??
    get(db, danglingRow, samplesWithoutVersion);
  if (!found) return;
  throw new StoreError(
    'PROJECT_INVALID',
    `${path} is not opened: a row of its table ${found.table} refers to one of ${found.parent} that ` +
      'is not there. It was changed by another program, or is damaged: restore it from a backup. ' +
      'Nothing was changed.',
    { path },
  );
}
