import { readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { all, get, run } from '../database.ts';
import { findJob, listJobs, updateJob } from '../repositories/jobs.ts';
import { schemaVersion } from './migrate.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { findRun } from '../repositories/runs.ts';
import { addModelAndDataset, writeOldProject } from '../testing/old-project.ts';
import { migrations } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-migration-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A project as the first version left it: jobs in every state, one of them of a run. */
const writeFirstVersion = (path: string) =>
  writeOldProject(path, 1, (db) => {
    const states = ['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'];
    for (const [index, state] of [...states, 'interrupted'].entries())
      run(
        db,
        `INSERT INTO job
         VALUES (@id, 'train', @title, NULL, @state, '{"a":1}', NULL, NULL, '{"b":2}', 1, 2, 3)`,
        { id: `job-${index}`, title: `Title ${index}`, state },
      );
    addModelAndDataset(db);
    const recipe = JSON.stringify(recipeSchema.parse({}));
    run(db, "INSERT INTO run VALUES ('r', 'r', 'job-3', 'm', 'd', @recipe, '', 9, NULL, 1)", {
      recipe,
    });
  });

test('a project of the first version keeps every job, and its runs keep theirs', () => {
  const path = join(folder, 'old.lima');
  writeFirstVersion(path);
  const file = openProjectFile(path);
  try {
    expect(schemaVersion(file.db)).toBe(migrations.length);
    expect(listJobs(file.db).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'job-0 queued',
      'job-1 running',
      'job-2 cancelling',
      'job-3 succeeded',
      'job-4 failed',
      'job-5 cancelled',
      'job-6 interrupted',
    ]);
    expect(findJob(file.db, 'job-3')).toMatchObject({ title: 'Title 3', result: { b: 2 } });
    expect(get(file.db, z.unknown(), "SELECT job_id FROM run WHERE id = 'r'")).toEqual({
      job_id: 'job-3',
    });
    expect(all(file.db, z.unknown(), 'PRAGMA foreign_key_check')).toEqual([]);
    expect(readdirSync(`${path}.backups`)).toHaveLength(1);
    expect(findRun(file.db, 'id', 'r')?.totalSteps).toBe(9);
  } finally {
    file.close();
  }
});

test('a migrated project stores a paused job and refuses a run of a job that is not there', () => {
  const path = join(folder, 'paused.lima');
  writeFirstVersion(path);
  const file = openProjectFile(path);
  try {
    const job = findJob(file.db, 'job-3');
    if (!job) throw new Error('The job is gone');
    updateJob(file.db, { ...job, state: 'paused' });
    expect(findJob(file.db, 'job-3')?.state).toBe('paused');
    expect(() => run(file.db, "UPDATE run SET job_id = 'nobody'")).toThrow(/FOREIGN KEY/);
  } finally {
    file.close();
  }
});
