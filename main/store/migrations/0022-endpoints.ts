import type { Migration } from './migrate.ts';

/** Systems of the kind `endpoint`: a base URL without credentials, and a model there, as JSON. */
export const endpoints: Migration = {
  version: 22,
  name: 'endpoints',
  sql: `
ALTER TABLE system ADD COLUMN endpoint_json TEXT CHECK (json_valid(endpoint_json));
`,
};
