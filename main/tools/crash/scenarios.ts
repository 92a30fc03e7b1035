import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { requireSession } from '../../core/project/core-state.ts';
import { TestCore } from '../../core/testing/a-core.ts';
import { replaceProject } from '../../store/backups/replace-project.ts';
import { writeBackup } from '../../store/backups/write-backup.ts';
import { run, type Database } from '../../store/database.ts';
import { saveCopy } from '../../store/file/save-copy.ts';
import {
  createProjectFile,
  openProjectFile,
  type EditableProjectFile,
  type ProjectFile,
} from '../../store/file/open-project-file.ts';
import { verifyCopy } from '../../store/file/verify-project.ts';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import { freezeDataset } from '../../store/repositories/freeze-dataset.ts';
import { addReviews, undoLastBatch } from '../../store/repositories/samples/reviews.ts';
import { listSamples } from '../../store/repositories/samples/sample-list.ts';
import { addSamples, addVersion, getSample } from '../../store/repositories/samples/samples.ts';
import { insertVote } from '../../store/repositories/votes.ts';
import { aSample } from '../../store/testing/a-project.ts';
import { fillEveryOldTable, fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { addModelAndDataset, writeOldProject } from '../../store/testing/old-project.ts';
import { hashRows, type Acts } from './acts.ts';
import { binning, everyPieceAtOnce, reviewingInPieces } from './reviewing-in-pieces.ts';

/**
 * Something that is done to a project, and recorded. `prepare` makes what is there before, unseen;
 * `act` runs in a process of its own and tells what it acknowledges.
 */
export interface Scenario {
  disk?: 'network';
  prepare: (path: string) => void;
  act: (path: string, acts: Acts) => Promise<void> | void;
}

const filled = (path: string) => {
  const file = createProjectFile(path);
  fillEveryTable(file.db);
  addSamples(file.db, numbered(100, 140), 'me');
  file.close();
};

const numbered = (from: number, to: number, characters = 0) =>
  Array.from({ length: to - from }, (_, index) =>
    aSample(from + index, { provenance: { title: 'x'.repeat(characters) } }),
  );

/** Opens a project whose commits are told, and acknowledges each step. */
function inProject(
  path: string,
  acts: Acts,
  steps: (file: ProjectFile) => Iterable<unknown>,
): void {
  const file = openProjectFile(path);
  acts.follow(file);
  acts.acknowledge(path);
  for (const _ of steps(file)) acts.acknowledge(path);
  file.close();
  acts.acknowledge(path);
}

function* voting({ db }: ProjectFile) {
  const verdicts = ['left', 'right', 'neither', 'withdrawn'] as const;
  for (let round = 0; round < 12; round += 1)
    for (const { id: comparisonId } of comparisonsOf(db, 'e')) {
      const shown = verdicts[round % verdicts.length] ?? 'left';
      const author = { author: round % 2 === 0 ? 'me' : 'you', authorKind: 'human' } as const;
      yield insertVote(db, { comparisonId, shown, ...author, durationMs: 900 });
    }
}

function* reviewing({ db }: ProjectFile) {
  for (const { id } of listSamples(db, { status: 'pending' }, { limit: 20 }))
    yield addReviews(db, 'accept', { ids: [id] }, 'me');
  yield addReviews(db, 'reject', { filter: { status: 'accepted' } }, 'me');
  yield undoLastBatch(db, 'me');
  yield freezeDataset(db, 'frozen', 'me');
}

function* editing({ db }: ProjectFile) {
  for (const { id } of listSamples(db, {}, { limit: 20 })) {
    const sample = getSample(db, id);
    if (!sample) throw new Error(`There is no sample ${id}`);
    const messages = sample.messages.map((message) => ({ ...message, content: 'Edited.' }));
    yield addVersion(db, sample, { messages, author: 'me' });
  }
}

/** Enough for the log to be folded three times. */
function* importing({ db }: ProjectFile) {
  for (let batch = 0; batch < 8; batch += 1)
    yield addSamples(db, numbered(1000 + 60 * batch, 1060 + 60 * batch, 30_000), 'me');
}

const nothing = () => undefined;

/** The log of a process that was killed lies beside the file. */
function killed(path: string): void {
  filled(path);
  const file = openProjectFile(path);
  addReviews(file.db, 'accept', { filter: {} }, 'me');
  for (const suffix of ['', '-wal', '.lock']) copyFileSync(path + suffix, `${path}.x${suffix}`);
  file.close();
  for (const suffix of ['', '-wal', '.lock']) renameSync(`${path}.x${suffix}`, path + suffix);
}

const migrating = (version: number, fill: (db: Database) => void): Scenario => ({
  prepare: (path) => writeOldProject(path, version, fill),
  act: (path, acts) => inProject(path, acts, reviewing),
});

/** What must be found to lose: it shows that a loss is seen. */
export const careless: Record<string, Scenario> = {
  'reviewing in pieces that are acknowledged at once': {
    prepare: filled,
    act: (path, acts) => inProject(path, acts, everyPieceAtOnce),
  },
  'reviewing without waiting for the disk': {
    prepare: filled,
    act: (path, acts) =>
      inProject(path, acts, (file) => {
        file.db.pragma('synchronous = OFF');
        return reviewing(file);
      }),
  },
  'saving a copy by a plain copy of the file': {
    prepare: filled,
    act: (path, acts) => {
      const file = openProjectFile(path);
      acts.follow(file);
      addReviews(file.db, 'accept', { filter: {} }, 'me');
      const copy = path.replace('p.lima', 'copy.lima');
      copyFileSync(path, copy);
      acts.promise(copy, hashRows(file.db));
      file.close();
    },
  },
};

const otherOf = (path: string) => path.replace('p.lima', 'other.lima');

/** Two copies of one project in which two people worked. */
function twoCopies(path: string): void {
  filled(path);
  copyFileSync(path, otherOf(path));
  const [own, other] = [openProjectFile(path), openProjectFile(otherOf(path))];
  for (const { db } of [own, other]) {
    run(db, 'DELETE FROM packet');
    // JSON has no infinite numbers, so that the contract lets none pass.
    run(db, 'UPDATE run_metric SET grad_norm = 1');
  }
  addReviews(own.db, 'accept', { filter: {} }, 'me');
  addSamples(other.db, numbered(200, 240), 'you');
  addReviews(other.db, 'reject', { filter: {} }, 'you');
  own.close();
  other.close();
}

/** By a core, as every shell does: the merged file takes the place of the open one. */
async function merging(path: string, acts: Acts): Promise<void> {
  const core = await TestCore.start({ folder: dirname(path), project: 'none' });
  const { access } = await core.client.project.open({ path });
  if (access === 'read') await core.client.project.trust();
  const followOpen = () => {
    const { file } = requireSession(core.core.context.core);
    if (!isEditable(file)) throw new Error(`${path} is only read`);
    acts.follow(file);
    acts.acknowledge(path);
  };
  followOpen();
  const { jobId } = await core.client.merges.start({ path: otherOf(path) });
  for (;;) {
    const { state, error } = await core.client.jobs.get({ id: jobId });
    if (state === 'succeeded') break;
    if (isJobFinished(state)) throw new Error(`The merge ${state}: ${error?.message}`);
    await setTimeout(20);
  }
  followOpen();
  await core.client.samples.review({ action: 'reset', selection: { filter: {} } });
  acts.acknowledge(path);
  await core.core.close();
  acts.acknowledge(path);
}

const isEditable = (file: ProjectFile): file is EditableProjectFile => file.guard !== null;

const backupOf = (path: string) => path.replace('p.lima', 'backup.lima');

/** Of a project that nobody has open, in a copy of it, so that nothing of this is recorded. */
function hashOfFile(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lima-hash-'));
  try {
    const copy = join(folder, 'p.lima');
    copyFileSync(path, copy);
    const file = openProjectFile(copy);
    const hash = hashRows(file.db);
    file.close();
    return hash;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every recorded scenario by name. To add one, add a row. */
export const scenarios: Record<string, Scenario> = {
  'making a project': {
    prepare: nothing,
    act: (path, acts) => {
      const file = createProjectFile(path);
      acts.follow(file);
      acts.acknowledge(path);
      addSamples(file.db, numbered(0, 30), 'me');
      acts.acknowledge(path);
      file.close();
      acts.acknowledge(path);
    },
  },
  voting: { prepare: filled, act: (path, acts) => inProject(path, acts, voting) },
  reviewing: { prepare: filled, act: (path, acts) => inProject(path, acts, reviewing) },
  'reviewing and undoing in pieces': {
    prepare: filled,
    act: (path, acts) => inProject(path, acts, reviewingInPieces),
  },
  'reviewing in pieces on a network disk': {
    disk: 'network',
    prepare: filled,
    act: (path, acts) => inProject(path, acts, reviewingInPieces),
  },
  'moving to the bin, restoring and emptying it': {
    prepare: filled,
    act: (path, acts) => inProject(path, acts, binning),
  },
  editing: { prepare: filled, act: (path, acts) => inProject(path, acts, editing) },
  importing: { prepare: filled, act: (path, acts) => inProject(path, acts, importing) },
  'migrating from the first schema': migrating(1, addModelAndDataset),
  'migrating from the sixth schema': migrating(6, fillEveryOldTable),
  'opening after a kill': {
    prepare: killed,
    act: (path, acts) => inProject(path, acts, reviewing),
  },
  'opening and closing again and again': {
    prepare: filled,
    act: (path, acts) => {
      for (let turn = 0; turn < 6; turn += 1)
        inProject(path, acts, ({ db }) => [
          addReviews(db, turn % 2 === 0 ? 'accept' : 'reset', { filter: {} }, 'me'),
        ]);
    },
  },
  'saving what is open as a copy': {
    prepare: filled,
    act: async (path, acts) => {
      const file = openProjectFile(path);
      addReviews(file.db, 'accept', { filter: {} }, 'me');
      const hash = hashRows(file.db);
      writeFileSync(join(file.artifactsDir, 'adapter'), 'x'.repeat(5000));
      rmSync(path);
      rmSync(`${path}-wal`);
      file.guard.look();
      const copy = path.replace('p.lima', 'copy.lima');
      await saveCopy(file, copy);
      acts.promise(copy, hash);
      file.close();
    },
  },
  'backing up and going on': {
    prepare: filled,
    act: async (path, acts) => {
      const file = openProjectFile(path);
      acts.follow(file);
      for (const action of ['accept', 'reject', 'reset'] as const) {
        addReviews(file.db, action, { filter: {} }, 'me');
        acts.acknowledge(path);
        const hash = hashRows(file.db);
        const folder = `${path}.backups`;
        const request = { db: file.db, folder, reason: 'asked', verify: verifyCopy } as const;
        acts.promise(await writeBackup(request), hash);
      }
      file.close();
      acts.acknowledge(path);
    },
  },
  'restoring a backup': {
    prepare: (path) => {
      filled(path);
      copyFileSync(path, backupOf(path));
      const file = openProjectFile(path);
      addReviews(file.db, 'accept', { filter: {} }, 'me');
      file.close();
    },
    act: async (path, acts) => {
      acts.promise(path, hashOfFile(path));
      const restored = hashOfFile(backupOf(path));
      await replaceProject(path, backupOf(path), (copy) => Promise.resolve(verifyCopy(copy)));
      acts.promise(path, restored);
      inProject(path, acts, reviewing);
    },
  },
  'merging a copy': { prepare: twoCopies, act: merging },
  'reviewing on a network disk': {
    disk: 'network',
    prepare: filled,
    act: (path, acts) => inProject(path, acts, reviewing),
  },
  'importing on a network disk': {
    disk: 'network',
    prepare: filled,
    act: (path, acts) => inProject(path, acts, importing),
  },
  'migrating on a network disk': { disk: 'network', ...migrating(6, fillEveryOldTable) },
};
