/** A table whose rows get checksums: what people and models wrote, which is only ever appended. */
export interface ChecksummedTable {
  name: string;
  /** Covered in this order; a column that changes later is left out, or its group sealed anew. */
  columns: readonly string[];
  /** The table that orders this one, where it has no row number of its own. */
  parent?: { table: string; key: string; place: string };
  rowsInGroup: number;
  /** Lists what is half made and has rows here, which get no checksum before it is whole. */
  waitsFor?: 'open_batch' | 'unfinished_dataset';
  /** What the row `t` is about, in SQL. */
  about: string;
}

/** Rows of text are read and hashed a few at a time, so that no group takes long. */
const texts = { rowsInGroup: 32 };
const marks = { rowsInGroup: 512 };

const ofSample = (seq: string) =>
  `'sample “' || coalesce((SELECT prompt_preview FROM sample WHERE seq = ${seq}), '?') || '”'`;

/**
 * Everything people typed or judged and models answered. Not here: what a program can make again
 * (search index, flags, measurements), and states that change (jobs, the status of a sample, which
 * its reviews tell).
 */
export const checksummedTables: readonly ChecksummedTable[] = [
  {
    name: 'sample',
    columns: (
      'seq id origin_hash source current_version_id provenance_json prompt_preview ' +
      'answer_preview turns characters created_ms sequence'
    ).split(' '),
    ...texts,
    about: `'sample “' || prompt_preview || '”'`,
  },
  {
    name: 'sample_version',
    columns: 'id sample_seq ordinal messages_json content_hash author created_ms sequence'.split(
      ' ',
    ),
    ...texts,
    about: `'version ' || ordinal || ' of ' || ${ofSample('t.sample_seq')}`,
  },
  {
    name: 'review_batch',
    columns: 'id author undoes_batch_id created_ms sequence'.split(' '),
    waitsFor: 'open_batch',
    ...marks,
    about: `'reviews by ' || author`,
  },
  {
    name: 'review',
    columns: 'batch_id sample_seq version_id action status_before'.split(' '),
    parent: { table: 'review_batch', key: 'batch_id', place: 'sample_seq' },
    waitsFor: 'open_batch',
    ...marks,
    about: `action || ' of ' || ${ofSample('t.sample_seq')}`,
  },
  {
    name: 'bin_move',
    columns: 'batch_id sample_seq is_in'.split(' '),
    parent: { table: 'review_batch', key: 'batch_id', place: 'sample_seq' },
    waitsFor: 'open_batch',
    ...marks,
    about: `CASE is_in WHEN 1 THEN 'move to the bin of ' ELSE 'restoring of ' END || ${ofSample('t.sample_seq')}`,
  },
  {
    name: 'dataset',
    columns: 'id name content_hash author created_ms sequence'.split(' '),
    waitsFor: 'unfinished_dataset',
    ...marks,
    about: `'dataset “' || name || '”'`,
  },
  {
    name: 'dataset_item',
    columns: 'dataset_id ordinal version_id'.split(' '),
    parent: { table: 'dataset', key: 'dataset_id', place: 'ordinal' },
    waitsFor: 'unfinished_dataset',
    ...marks,
    about: `'item ' || ordinal || ' of dataset “' || coalesce((SELECT name FROM dataset WHERE id = t.dataset_id), '?') || '”'`,
  },
  {
    name: 'run',
    columns: 'id name model_id dataset_id recipe_json created_ms'.split(' '),
    ...texts,
    about: `'run “' || name || '”'`,
  },
  {
    name: 'probe_prompt',
    columns: 'run_id ordinal messages_json'.split(' '),
    parent: { table: 'run', key: 'run_id', place: 'ordinal' },
    ...texts,
    about: `'probe prompt ' || ordinal`,
  },
  {
    name: 'prompt_set',
    columns: 'id name content_hash created_ms sequence version_of'.split(' '),
    ...marks,
    about: `'prompt set “' || name || '”'`,
  },
  {
    name: 'prompt',
    columns: 'id prompt_set_id ordinal messages_json expected license source'.split(' '),
    ...texts,
    about: `'prompt ' || ordinal || ' of prompt set “' || coalesce((SELECT name FROM prompt_set WHERE id = t.prompt_set_id), '?') || '”'`,
  },
  {
    name: 'prompt_tag',
    columns: (
      'id batch_id undoes_batch_id words_hash tag is_on evidence_json author author_kind ' +
      'created_ms sequence'
    ).split(' '),
    ...texts,
    about: `'tag “' || tag || '” of a prompt by ' || author`,
  },
  {
    name: 'generation',
    columns: (
      'id system_id prompt_id output finish prompt_tokens output_tokens duration_ms ' +
      'identity_json created_ms answer_hash turns_json'
    ).split(' '),
    ...texts,
    about: `'answer “' || substr(output, 1, 60) || '”'`,
  },
  {
    name: 'study',
    columns: (
      'id name design focus_system_id seed parallel overlap_percent calibration_items author ' +
      'created_ms sequence both_bad pairing'
    ).split(' '),
    ...marks,
    about: `'study “' || name || '”'`,
  },
  {
    name: 'evaluation',
    columns:
      'id name prompt_set_id system_a_id system_b_id seed parallel author created_ms sequence study_id both_bad'.split(
        ' ',
      ),
    ...marks,
    about: `'evaluation “' || name || '”'`,
  },
  {
    name: 'comparison',
    columns: 'id evaluation_id ordinal prompt_id left_side'.split(' '),
    ...marks,
    about: `'item ' || ordinal || ' of evaluation “' || coalesce((SELECT name FROM evaluation WHERE id = t.evaluation_id), '?') || '”'`,
  },
  {
    name: 'vote',
    columns: (
      'id comparison_id shown author author_kind duration_ms created_ms sequence reason ' +
      'tags_json'
    ).split(' '),
    ...marks,
    about: `'vote “' || shown || '” by ' || author`,
  },
  {
    name: 'own_reveal',
    columns: 'id evaluation_id study_id author created_ms sequence'.split(' '),
    ...marks,
    about: `'own results seen by ' || author`,
  },
  {
    name: 'rubric',
    columns: 'hash kind name text_json author created_ms sequence'.split(' '),
    ...texts,
    about: `'rubric “' || name || '”'`,
  },
  {
    name: 'judging',
    columns:
      'id study_id evaluation_id system_id rubric_hash nonce author created_ms sequence'.split(' '),
    ...marks,
    about: `coalesce(
      (SELECT 'judging of study “' || name || '”' FROM study WHERE id = t.study_id),
      (SELECT 'judging of evaluation “' || name || '”' FROM evaluation WHERE id = t.evaluation_id),
      'audit of a judge')`,
  },
  {
    name: 'verdict',
    columns: (
      'id judging_id comparison_id generation_id shown_order probabilities_json elsewhere ' +
      'prompt_tokens failure identity_json created_ms sequence audit_key turn origin_id ' +
      'origin_nonce'
    ).split(' '),
    ...texts,
    about: `'verdict of a judge, ' || shown_order || ' order'`,
  },
  {
    name: 'grade',
    columns: (
      'id generation_id turn text_hash grade safety note author author_kind duration_ms ' +
      'created_ms sequence'
    ).split(' '),
    ...texts,
    about: `'grade “' || grade || '” by ' || author`,
  },
  {
    name: 'label',
    columns: 'id thing thing_id field value author created_ms sequence'.split(' '),
    ...marks,
    about: `field || ' of ' || thing || ' “' || substr(value, 1, 60) || '”'`,
  },
  {
    name: 'chat_answer',
    columns:
      'id conversation_id pane messages_json output finish identity_json created_ms sequence'.split(
        ' ',
      ),
    ...texts,
    about: `'chat answer “' || substr(output, 1, 60) || '”'`,
  },
];
