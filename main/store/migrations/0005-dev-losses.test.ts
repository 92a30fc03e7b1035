import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { all, run, type Database } from '../database.ts';
import { addDevLosses, devLossesOf, rewindDevLosses } from '../dev-loss-repository.ts';
import { migrate, schemaVersion } from '../migrate.ts';
import { openProject } from '../open-project.ts';
import { applicationId } from '../project-header.ts';
import { findRun, listCheckpoints } from '../run-repository.ts';
import { initial } from './0001-initial.ts';
import { resumableRuns } from './0002-resumable-runs.ts';
import { exportJobs } from './0003-exports.ts';
import { runMemory } from './0004-run-memory.ts';
import { migrations } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-dev-losses-'));
afterAll(() => rmSync(folder, { recursive: true }));

const info = {
  name: 'm',
  architecture: 'llama',
  parameters: 1,
  quantization: 'F32',
  layers: 1,
  contextLength: 8,
  vocabularySize: 3,
  embeddingLength: 4,
  trainable: 'yes',
  tensorTypes: {},
  fileSizeBytes: 5,
  hasChatTemplate: false,
};

/** A project of the fourth version with a run whose recipe knows nothing of held-out samples. */
function writeFourthVersion(path: string): void {
  const db: Database = new Sqlite(path);
  db.pragma(`application_id = ${applicationId}`);
  migrate(db, [initial, resumableRuns, exportJobs, runMemory], () => undefined);
  run(db, "INSERT INTO project VALUES (1, 'p', 1)");
  run(
    db,
    "INSERT INTO job VALUES ('j', 'train', 'T', NULL, 'paused', '{}', NULL, NULL, NULL, 1, 2, 3)",
  );
  run(db, "INSERT INTO model VALUES ('m', 'hash', '/m', ?, 1)", JSON.stringify(info));
  run(db, "INSERT INTO dataset VALUES ('d', 'd', 'hash', 'me', 1)");
  run(
    db,
    `INSERT INTO run VALUES ('r', 'r', 'j', 'm', 'd', '{"epochs": 4}', '', 9, NULL, 1, NULL)`,
  );
  run(db, "INSERT INTO checkpoint VALUES ('c', 'r', 1, 2, 'f', 'sha', 5, 1.5, 1)");
  db.close();
}

test('a project of the fourth version loses a run, or cannot store a dev loss', () => {
  const path = join(folder, 'old.lima');
  writeFourthVersion(path);
  using file = closing(openProject(path));
  const { db } = file;
  expect(schemaVersion(db)).toBe(migrations.length);
  const stored = findRun(db, 'id', 'r');
  expect(stored).toMatchObject({ recipe: { epochs: 4, devShare: 0 }, devLosses: [] });
  expect(listCheckpoints(db, 'r')).toMatchObject([{ epoch: 1, devLoss: null }]);
  addDevLosses(db, 'r', [{ step: 2, epoch: 1, loss: 1.25 }]);
  expect(listCheckpoints(db, 'r')).toMatchObject([{ epoch: 1, devLoss: 1.25 }]);
  expect(all(db, 'PRAGMA foreign_key_check')).toEqual([]);
});

test('a rewound run keeps dev losses of steps it repeats, or loses those of its checkpoint', () => {
  const path = join(folder, 'rewound.lima');
  writeFourthVersion(path);
  using file = closing(openProject(path));
  const { db } = file;
  const losses = [0, 2, 4, 6].map((step) => ({ step, epoch: step / 2, loss: 1 / (step + 1) }));
  addDevLosses(db, 'r', losses.slice(1));
  rewindDevLosses(db, 'r', 5, losses.slice(0, 2));
  expect(devLossesOf(db, 'r')).toEqual(losses.slice(0, 3));
});

const closing = (file: ReturnType<typeof openProject>) => ({
  db: file.db,
  [Symbol.dispose]: () => file.close(),
});
