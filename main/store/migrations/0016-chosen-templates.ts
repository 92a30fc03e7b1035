import type { Migration } from './migrate.ts';

/** The chat template that a person chose for a system of an evaluation; empty: that of its files. */
export const chosenTemplates: Migration = {
  version: 16,
  name: 'chosen templates',
  sql: `
ALTER TABLE system ADD COLUMN chat_template TEXT NOT NULL DEFAULT '';
`,
};
