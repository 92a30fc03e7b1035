/** A column that is the same in every copy. */
export const value = 'value';

/** Columns of what has its place in the order. */
export const ordered = { created_ms: value, sequence: 'sequence' } as const;

/** Columns of an answer of an engine. */
export const measured = {
  output: value,
  finish: value,
  prompt_tokens: value,
  output_tokens: value,
  duration_ms: value,
  identity_json: value,
  created_ms: value,
} as const;
