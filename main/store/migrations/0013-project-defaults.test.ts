import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openProjectFile } from '../file/open-project-file.ts';
import { findProjectDefaults } from '../repositories/project/project-defaults.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-defaults-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the twelfth version opens without defaults of its own', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 12, () => undefined);
  const file = openProjectFile(path);
  try {
    expect(findProjectDefaults(file.db)).toEqual({
      recipe: null,
      promptsHash: null,
      sampling: null,
    });
  } finally {
    file.close();
  }
});
