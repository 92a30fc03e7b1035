import { ordered, value } from './common-columns.ts';
import { evaluationTables } from './evaluation-tables.ts';
import { runTables } from './run-tables.ts';

/**
 * What a column is to a merge. `key`: part of the row's identity in every copy. `value`: the same in
 * every copy for one identity. `name`: unique in a file, so a merge may have to change it.
 * `sequence`: the place in the order. `derived`: follows from other rows. `local`: of one file or
 * machine, no content. An object: the key of a row of another table.
 */
export type ColumnRule =
  'key' | 'value' | 'name' | 'sequence' | 'derived' | 'local' | { of: ContentTable | 'sample.seq' };

/** How the rows of one table are told from each other, and what they hold. */
export interface TableRule {
  columns: Readonly<Record<string, ColumnRule>>;
  /** Rows that only an execution of this machine needs: `all` of them, or those nothing refers to. */
  local?: 'all' | 'unreferenced';
}

const ofSample = { of: 'sample.seq' } as const;

const rules = {
  project: { columns: { id: 'local', uuid: 'key', created_ms: value, last_sequence: 'local' } },
  sample: {
    columns: {
      seq: 'local',
      id: value,
      origin_hash: 'key',
      source: value,
      status: 'derived',
      current_version_id: 'derived',
      provenance_json: value,
      prompt_preview: 'derived',
      answer_preview: 'derived',
      turns: 'derived',
      characters: 'derived',
      ...ordered,
    },
  },
  sample_version: {
    columns: {
      id: 'key',
      sample_seq: ofSample,
      ordinal: 'derived',
      messages_json: value,
      content_hash: value,
      author: value,
      ...ordered,
    },
  },
  sample_version_parent: {
    columns: { version_id: { of: 'sample_version' }, parent_id: { of: 'sample_version' } },
  },
  unhashed_weights: { columns: { version_id: { of: 'sample_version' }, weights: value } },
  sample_flag: { columns: { sample_seq: ofSample, rule: 'key', scope: value, reason: value } },
  review_batch: {
    columns: { id: 'key', author: value, undoes_batch_id: { of: 'review_batch' }, ...ordered },
  },
  review: {
    columns: {
      batch_id: { of: 'review_batch' },
      sample_seq: ofSample,
      version_id: { of: 'sample_version' },
      action: value,
      status_before: value,
    },
  },
  bin_move: {
    columns: { batch_id: { of: 'review_batch' }, sample_seq: ofSample, is_in: value },
  },
  // Follows from the moves, and from what was emptied.
  binned_sample: { columns: { sample_seq: ofSample } },
  emptied_sample: { columns: { origin_hash: 'key' } },
  dataset: { columns: { id: 'key', name: 'name', content_hash: value, author: value, ...ordered } },
  dataset_item: {
    columns: {
      dataset_id: { of: 'dataset' },
      ordinal: 'key',
      version_id: { of: 'sample_version' },
    },
  },
  model: { columns: { id: 'key', sha256: value, path: 'local', info_json: value, ...ordered } },
  job: {
    local: 'unreferenced',
    columns: {
      id: 'key',
      kind: value,
      title: value,
      subject_id: value,
      // How far an execution got matters to the machine that has what it needs to go on.
      state: 'local',
      payload_json: 'local',
      progress_json: 'local',
      error_json: 'local',
      result_json: 'local',
      started_ms: 'local',
      finished_ms: 'local',
      ...ordered,
    },
  },
  ...runTables,
  ...evaluationTables,
  chat_answer: {
    columns: {
      id: 'key',
      conversation_id: value,
      pane: value,
      messages_json: value,
      output: value,
      finish: value,
      identity_json: value,
      ...ordered,
    },
  },
  label: {
    // `thing_id` is an identity of some table: \`merge-labels.ts\` gives it what that became.
    columns: {
      id: 'key',
      thing: value,
      thing_id: value,
      field: value,
      value,
      author: value,
      ...ordered,
    },
  },
  packet: {
    local: 'all',
    columns: { id: 'local', kind: 'local', annotator: 'local', created_ms: 'local' },
  },
  // Each copy keeps its own: they are where a person's forms begin, and what was done is in its rows.
  project_defaults: {
    local: 'all',
    columns: {
      id: 'local',
      recipe_json: 'local',
      prompts_hash: 'local',
      sampling_json: 'local',
    },
  },
  // Of the schema's own history, checksums and the index of words nothing is content.
  row_checksum: {
    local: 'all',
    columns: {
      table_name: 'local',
      last_a: 'local',
      last_b: 'local',
      row_count: 'local',
      hash: 'local',
      row_checksums: 'local',
    },
  },
  // What is half frozen, or answered in part, is no content yet.
  unfinished_dialogue: {
    local: 'all',
    columns: { system_id: { of: 'system' }, prompt_id: { of: 'prompt' }, turns_json: 'local' },
  },
  unfinished_dataset: { local: 'all', columns: { dataset_id: 'local' } },
  // No project with a batch that is half made is merged.
  open_batch: {
    local: 'all',
    columns: {
      batch_id: 'local',
      job_id: 'local',
      action: 'local',
      selection: 'local',
      total: 'local',
      through_seq: 'local',
      looked_at: 'local',
      changed: 'local',
      is_cancelled: 'local',
    },
  },
  schema_migration: {
    local: 'all',
    columns: { version: 'local', name: 'local', sha256: 'local', applied_ms: 'local' },
  },
  sample_fts: { local: 'all', columns: { text: 'derived' } },
} as const;

/** A table whose rows a merge knows what to do with. */
export type ContentTable = keyof typeof rules;

/** The rule of every table of the schema; a test fails when one is missing. */
export const contentTables: Readonly<Record<ContentTable, TableRule>> = rules;

/** The columns of a table that refer to rows of another, with that one's name. */
export function referencesOf(table: ContentTable): { column: string; to: ContentTable }[] {
  return Object.entries(contentTables[table].columns).flatMap(([column, rule]) =>
    typeof rule === 'object' && rule.of !== 'sample.seq' ? [{ column, to: rule.of }] : [],
  );
}

/** Every column that refers to a table. */
export function referencesTo(table: ContentTable): { table: ContentTable; column: string }[] {
  return contentTableNames.flatMap((from) =>
    referencesOf(from)
      .filter(({ to }) => to === table)
      .map(({ column }) => ({ table: from, column })),
  );
}

/** Every table that has a rule, in the order in which a merge reads them. */
export const contentTableNames = Object.keys(rules).filter(
  (name): name is ContentTable => name in rules,
);
