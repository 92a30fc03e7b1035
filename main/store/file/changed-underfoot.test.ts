import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { all, withTransaction } from '../database.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { errorCode } from '../store-error.ts';
import { aSample } from '../testing/a-project.ts';
import { createProjectFile, openProjectFile } from './open-project-file.ts';

const script = new URL('../testing/write-when-told.ts', import.meta.url).pathname;

/** A process of its own that has a project open and writes to it when told. */
class Writer implements AsyncDisposable {
  readonly #child;
  readonly #lines;

  private constructor(path: string) {
    this.#child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static async open(path: string): Promise<Writer> {
    const writer = new Writer(path);
    await writer.#lines.next();
    return writer;
  }

  async tell(word: string): Promise<string> {
    this.#child.stdin.write(`${word}\n`);
    return String((await this.#lines.next()).value);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** A folder with a project of one sample, an older copy of it, and a run's folder beside it. */
function aPlace(): Disposable & { folder: string; path: string; older: string } {
  const parent = mkdtempSync(join(tmpdir(), 'lima-underfoot-'));
  const folder = join(parent, 'place');
  mkdirSync(folder);
  const path = join(folder, 'p.lima');
  const older = join(parent, 'older.lima');
  createProjectFile(path).close();
  copyFileSync(path, older);
  const dispose = () => rmSync(parent, { recursive: true, force: true });
  return { folder, path, older, [Symbol.dispose]: dispose };
}

interface Place {
  folder: string;
  path: string;
  older: string;
}

interface Deed {
  act: (place: Place) => void;
  /** What the writer notices. */
  part: string;
  /** What the copy cannot hold: pages that were on the disk alone. */
  isDamaged?: boolean;
}

/** What sync tools, git and people do to a file that is open. */
const deeds: Record<string, Deed> = {
  'the file is deleted': { part: 'gone', act: ({ path }) => rmSync(path) },
  'the file and its log are deleted': {
    part: 'gone',
    act: ({ path }) => {
      rmSync(path);
      rmSync(`${path}-wal`);
    },
  },
  'the file is renamed': { part: 'gone', act: ({ path }) => renameSync(path, `${path}.away`) },
  'the file is replaced by an older copy': {
    part: 'replaced',
    act: ({ path, older }) => {
      copyFileSync(older, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
  },
  'the file is overwritten in place': {
    part: 'overwritten',
    act: ({ path, older }) => copyFileSync(older, path),
  },
  'the file is cut off': {
    part: 'overwritten',
    isDamaged: true,
    act: ({ path }) => truncateSync(path, 4096),
  },
  'the log is deleted': { part: 'gone', act: ({ path }) => rmSync(`${path}-wal`) },
  'the log is renamed': {
    part: 'gone',
    act: ({ path }) => renameSync(`${path}-wal`, `${path}-wal.away`),
  },
  'the log is emptied': { part: 'overwritten', act: ({ path }) => truncateSync(`${path}-wal`, 0) },
  'the log is cut in half': {
    part: 'overwritten',
    act: ({ path }) => truncateSync(`${path}-wal`, statSync(`${path}-wal`).size / 2),
  },
  'the log is replaced by a copy of itself': {
    part: 'replaced',
    act: ({ path }) => {
      copyFileSync(`${path}-wal`, `${path}-new`);
      renameSync(`${path}-new`, `${path}-wal`);
    },
  },
  'the folder beside it is replaced': {
    part: 'replaced',
    act: ({ path }) => {
      renameSync(`${path}.d`, `${path}.d-old`);
      mkdirSync(`${path}.d`);
    },
  },
  'the folder that all of it lies in is moved': {
    part: 'gone',
    act: ({ folder }) => renameSync(folder, `${folder}-moved`),
  },
};

const cases = Object.entries(deeds).map(([name, deed]) => ({ name, ...deed }));
const writesBefore = 8;

async function writeSome(writer: Writer): Promise<void> {
  for (let number = 1; number <= writesBefore; number += 1)
    expect(await writer.tell('write')).toBe(String(number));
}

/** How many of the acknowledged samples a project holds, accepted. */
function acceptedIn(path: string): number {
  const file = openProjectFile(path);
  try {
    expect(all(file.db, z.unknown(), 'PRAGMA integrity_check')).toEqual([
      { integrity_check: 'ok' },
    ]);
    expect(all(file.db, z.unknown(), 'PRAGMA foreign_key_check')).toEqual([]);
    return listSamples(file.db, { status: 'accepted' }, { limit: 1000 }).length;
  } finally {
    file.close();
  }
}

const whole = cases.filter(({ isDamaged }) => !isDamaged);

// Before, 20 of 20 writes were acknowledged and gone after a kill.
test.concurrent.each(whole)(
  'once $name, nothing is acknowledged, and a copy has every acknowledged row',
  async ({ act, part }) => {
    using place = aPlace();
    await using writer = await Writer.open(place.path);
    await writeSome(writer);
    act(place);
    expect(await writer.tell('write')).toBe('PROJECT_READ_ONLY');
    expect(await writer.tell('write')).toBe('PROJECT_READ_ONLY');
    expect(await writer.tell('look')).toBe(part);
    const copy = join(place.folder, '..', 'saved.lima');
    expect(await writer.tell(`save ${copy}`)).toBe('done');
    await writer.kill();
    expect(acceptedIn(copy)).toBe(writesBefore);
  },
);

test('once the file is cut off, nothing is acknowledged, and no copy is made of what is damaged', async () => {
  using place = aPlace();
  await using writer = await Writer.open(place.path);
  await writeSome(writer);
  deeds['the file is cut off']?.act(place);
  expect(await writer.tell('write')).toBe('PROJECT_READ_ONLY');
  const copy = join(place.folder, '..', 'saved.lima');
  expect(await writer.tell(`save ${copy}`)).toBe('PROJECT_INVALID');
  expect(existsSync(copy)).toBe(false);
});

/** What a person is told who opens the project again: a refusal, a notice, or nothing at all. */
function reopen(path: string): { told: string | null; accepted: number } {
  try {
    const file = openProjectFile(path);
    const { notice } = file;
    file.close();
    return { told: notice, accepted: acceptedIn(path) };
  } catch (error) {
    return { told: errorCode(error), accepted: 0 };
  }
}

// A process that is killed cannot notice anything any more: the next opening does.
test.concurrent.each(cases)(
  'when $name and the process is killed at once, the next opening has every row or tells',
  async ({ act }) => {
    using place = aPlace();
    await using writer = await Writer.open(place.path);
    await writeSome(writer);
    act(place);
    await writer.kill();
    const { told, accepted } = reopen(place.path);
    expect(told !== null || accepted === writesBefore).toBe(true);
  },
);

test('a project that was killed with nobody touching its files opens without a notice', async () => {
  using place = aPlace();
  await using writer = await Writer.open(place.path);
  await writeSome(writer);
  await writer.kill();
  expect(reopen(place.path)).toEqual({ told: null, accepted: writesBefore });
});

test('the files of a killed project that are moved together open without a notice', async () => {
  using place = aPlace();
  await using writer = await Writer.open(place.path);
  await writeSome(writer);
  await writer.kill();
  renameSync(place.folder, `${place.folder}-moved`);
  const moved = { told: null, accepted: writesBefore };
  expect(reopen(join(`${place.folder}-moved`, 'p.lima'))).toEqual(moved);
});

// SQLite would fold its log into whatever has the name now, and delete what has the name of its log.
test.each(['the file is replaced by an older copy', 'the file is overwritten in place'])(
  'when %s, closing leaves that file and its log as they are',
  async (name) => {
    using place = aPlace();
    await using writer = await Writer.open(place.path);
    await writeSome(writer);
    deeds[name]?.act(place);
    expect(await writer.tell('close')).toBe('done');
    expect(readFileSync(place.path).equals(readFileSync(place.older))).toBe(true);
    expect(existsSync(`${place.path}-wal`)).toBe(false);
    expect(statSync(`${place.path}-wal.aside`).size).toBeGreaterThan(0);
    expect(reopen(place.path)).toEqual({ told: null, accepted: 0 });
  },
);

test('a log whose name is gone is folded into its file by closing', async () => {
  using place = aPlace();
  await using writer = await Writer.open(place.path);
  await writeSome(writer);
  rmSync(`${place.path}-wal`);
  expect(await writer.tell('look')).toBe('gone');
  expect(await writer.tell('close')).toBe('done');
  expect(reopen(place.path)).toEqual({ told: null, accepted: writesBefore });
});

test('the empty folder beside a project is made again when somebody removes it', async () => {
  using place = aPlace();
  await using writer = await Writer.open(place.path);
  rmSync(`${place.path}.d`, { recursive: true });
  expect(await writer.tell('write')).toBe('1');
  expect(existsSync(`${place.path}.d`)).toBe(true);
});

test('a log that grows past 4 MiB is folded, and the next change of the file is noticed', () => {
  using place = aPlace();
  const file = openProjectFile(place.path);
  const samples = Array.from({ length: 20_000 }, (_, number) => aSample(number));
  addSamples(file.db, samples, 'writer');
  expect(statSync(`${place.path}-wal`).size).toBe(0);
  expect(file.guard.look()).toBeNull();
  addSamples(file.db, [aSample(20_001)], 'writer');
  copyFileSync(place.older, place.path);
  expect(() => addSamples(file.db, [aSample(20_002)], 'writer')).toThrow(
    expect.objectContaining({
      code: 'PROJECT_READ_ONLY',
      message: expect.stringMatching(/p\.lima in .* was written to by another program\..*new file/),
    }),
  );
  file.close();
});

// With so little memory the log holds pages of it by then, as when a disk gets full.
test('a transaction that is rolled back is not taken for a change by somebody else', () => {
  using place = aPlace();
  const file = openProjectFile(place.path);
  file.db.pragma('cache_size = 1');
  const before = statSync(`${place.path}-wal`).size;
  const fail = () =>
    withTransaction(file.db, () => {
      addSamples(
        file.db,
        Array.from({ length: 500 }, (_, number) => aSample(number)),
        'writer',
      );
      throw new Error('rolled back');
    });
  expect(fail).toThrow('rolled back');
  expect(statSync(`${place.path}-wal`).size).toBeGreaterThan(before);
  expect(file.guard.look()).toBeNull();
  addSamples(file.db, [aSample(1)], 'writer');
  file.close();
});
