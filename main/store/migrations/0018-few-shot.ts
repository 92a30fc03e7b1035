import type { Migration } from './migrate.ts';

/** The examples before every prompt of a system, as `fewShotText` writes them; empty: none. */
export const fewShotPrefixes: Migration = {
  version: 18,
  name: 'few-shot prefixes',
  sql: `
ALTER TABLE system ADD COLUMN few_shot TEXT NOT NULL DEFAULT '';
`,
};
