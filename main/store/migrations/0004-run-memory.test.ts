import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-run-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the third version gets a column for memory that takes JSON only', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 3);
  const file = openProjectFile(path);
  try {
    expect(all(file.db, z.unknown(), "SELECT name FROM pragma_table_info('run')")).toContainEqual({
      name: 'memory_json',
    });
    const insert = "INSERT INTO run (id, memory_json) VALUES ('r', 'no JSON')";
    expect(() => run(file.db, insert)).toThrow(/constraint/);
  } finally {
    file.close();
  }
});
