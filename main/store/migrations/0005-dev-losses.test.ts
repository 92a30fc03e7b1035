import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run } from '../database.ts';
import { addDevLosses, devLossesOf, rewindDevLosses } from '../repositories/dev-losses.ts';
import { schemaVersion } from './migrate.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { findRun } from '../repositories/runs.ts';
import { listCheckpoints } from '../repositories/checkpoints.ts';
import { addModelAndDataset, writeOldProject } from '../testing/old-project.ts';
import { migrations } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-dev-losses-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A project of the fourth version with a run whose recipe knows nothing of held-out samples. */
const writeFourthVersion = (path: string) =>
  writeOldProject(path, 4, (db) => {
    run(
      db,
      "INSERT INTO job VALUES ('j', 'train', 'T', NULL, 'paused', '{}', NULL, NULL, NULL, 1, 2, 3)",
    );
    addModelAndDataset(db);
    run(
      db,
      `INSERT INTO run VALUES ('r', 'r', 'j', 'm', 'd', '{"epochs": 4}', '', 9, NULL, 1, NULL)`,
    );
    run(db, "INSERT INTO checkpoint VALUES ('c', 'r', 1, 2, 'f', 'sha', 5, 1.5, 1)");
  });

test('a project of the fourth version keeps its runs and stores dev losses', () => {
  const path = join(folder, 'old.lima');
  writeFourthVersion(path);
  using file = closing(openProjectFile(path));
  const { db } = file;
  expect(schemaVersion(db)).toBe(migrations.length);
  const stored = findRun(db, 'id', 'r');
  expect(stored).toMatchObject({ recipe: { epochs: 4, devShare: 0 }, devLosses: [] });
  expect(listCheckpoints(db, 'r')).toMatchObject([{ epoch: 1, devLoss: null }]);
  addDevLosses(db, 'r', [{ step: 2, epoch: 1, loss: 1.25 }]);
  expect(listCheckpoints(db, 'r')).toMatchObject([{ epoch: 1, devLoss: 1.25 }]);
  expect(all(db, z.unknown(), 'PRAGMA foreign_key_check')).toEqual([]);
});

test('rewinding a run drops the dev losses of later steps and restores those of its checkpoint', () => {
  const path = join(folder, 'rewound.lima');
  writeFourthVersion(path);
  using file = closing(openProjectFile(path));
  const { db } = file;
  const losses = [0, 2, 4, 6].map((step) => ({ step, epoch: step / 2, loss: 1 / (step + 1) }));
  addDevLosses(db, 'r', losses.slice(1));
  rewindDevLosses(db, 'r', 5, losses.slice(0, 2));
  expect(devLossesOf(db, 'r')).toEqual(losses.slice(0, 3));
});

const closing = (file: ReturnType<typeof openProjectFile>) => ({
  db: file.db,
  [Symbol.dispose]: () => file.close(),
});
