import type { Migration } from './migrate.ts';

/** Which pair of a study comes next: any of the queue, as all did before, or one of the leaders. */
export const studyPairing: Migration = {
  version: 23,
  name: 'study pairing',
  sql: `
ALTER TABLE study ADD COLUMN pairing TEXT NOT NULL DEFAULT 'all';
`,
};
