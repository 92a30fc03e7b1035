import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { findEditConflicts } from '../repositories/samples/edit-conflicts.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-merging-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the eighth version keeps its batches, and its edits follow one another', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 8, (db) => {
    run(
      db,
      `INSERT INTO sample (id, origin_hash, source, status, current_version_id, provenance_json,
         prompt_preview, answer_preview, turns, characters, created_ms)
       VALUES ('s', 'h', 't', 'pending', 'v3', '{}', '', '', 2, 2, 1)`,
    );
    for (const ordinal of [1, 2, 3])
      run(
        db,
        `INSERT INTO sample_version (id, sample_seq, ordinal, messages_json, content_hash, author,
           created_ms, sequence)
         VALUES (@id, 1, @ordinal, '[]', @id, 'me', 1, @ordinal)`,
        { id: `v${ordinal}`, ordinal },
      );
    run(db, `INSERT INTO review_batch VALUES ('b', 'me', NULL, 1, 4), ('u', 'me', 'b', 2, 5)`);
    run(db, `INSERT INTO review VALUES ('b', 1, 'v3', 'accept', 'pending')`);
    run(db, 'UPDATE project SET last_sequence = 5');
  });
  const file = openProjectFile(path);
  try {
    const rows = (sql: string) => all(file.db, z.unknown(), sql, {});
    expect(rows('SELECT * FROM sample_version_parent ORDER BY version_id')).toEqual([
      { version_id: 'v2', parent_id: 'v1' },
      { version_id: 'v3', parent_id: 'v2' },
    ]);
    expect(findEditConflicts(file.db)).toEqual([]);
    expect(rows('SELECT id, undoes_batch_id, sequence FROM review_batch ORDER BY id')).toEqual([
      { id: 'b', undoes_batch_id: null, sequence: 4 },
      { id: 'u', undoes_batch_id: 'b', sequence: 5 },
    ]);
    // Two copies may both undo it.
    run(file.db, `INSERT INTO review_batch VALUES ('w', 'me', 'b', 3, 6)`);
    expect(rows('PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    file.close();
  }
});
