import type { Migration } from './migrate.ts';

/**
 * What the forms of a project open with. Prompts are named by their content hash: an id would have
 * to follow every merge and every deletion of a set.
 */
export const projectDefaults: Migration = {
  version: 13,
  name: 'project defaults',
  sql: `
CREATE TABLE project_defaults (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  recipe_json TEXT CHECK (json_valid(recipe_json)),
  prompts_hash TEXT,
  sampling_json TEXT CHECK (json_valid(sampling_json))
) STRICT;
`,
};
