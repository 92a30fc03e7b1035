import type { Migration } from './migrate.ts';

/** What a run was planned to take and took, as JSON (see runMemorySchema); NULL in older runs. */
export const runMemory: Migration = {
  version: 4,
  name: 'run memory',
  sql: `
ALTER TABLE run ADD COLUMN memory_json TEXT CHECK (json_valid(memory_json));
`,
};
