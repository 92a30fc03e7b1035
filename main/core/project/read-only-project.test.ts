import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { addSamples } from '../../store/repositories/samples/samples.ts';
import { aSample } from '../../store/testing/a-project.ts';
import { writeOldProject } from '../../store/testing/old-project.ts';
import { subfolder, TestCore } from '../testing/a-core.ts';
import { folderState } from '../testing/folder-state.ts';
import { ReadOnlyMount, withoutWriting } from '../testing/read-only-places.ts';
import { canMountDisk, SmallDisk } from '../testing/small-disk.ts';

const writer = new URL('../../store/testing/write-until-killed.ts', import.meta.url).pathname;

/** Writes into a project until it is killed; returns how many samples were acknowledged. */
async function writeAndKill(path: string, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('\n').length > acknowledgements) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return Number(text.split('\n').at(-2));
}

/** Leaves the file and its rollback journal as a crash in the middle of a transaction does. */
function leaveHotJournal(path: string): void {
  const file = openProjectFile(path);
  file.db.pragma('journal_mode = DELETE');
  // Little memory, so that changed pages reach the file before the commit that never comes.
  file.db.pragma('cache_size = 1');
  file.db.exec("BEGIN IMMEDIATE; UPDATE sample SET source = source || '-changed'");
  for (const suffix of ['', '-journal']) copyFileSync(path + suffix, `${path}.crash${suffix}`);
  file.db.exec('ROLLBACK');
  file.close();
  for (const suffix of ['', '-journal']) copyFileSync(`${path}.crash${suffix}`, path + suffix);
}

const keptMessages = (number: number): Message[] => [
  { role: 'user', content: `Kept ${number}?` },
  { role: 'assistant', content: `Kept ${number}.` },
];

/** Makes a project with so many samples in a folder of its own, and closes it. */
async function placeProject(core: TestCore, samples = 3): Promise<string> {
  const path = join(subfolder(core.folder, 'place'), 'p.lima');
  await core.client.project.create({ path });
  await core.client.project.close();
  const file = openProjectFile(path);
  const rows = Array.from({ length: samples }, (_, number) =>
    // Words of their own: the writer that is killed finds its samples by theirs.
    aSample(number, { originHash: `kept-${number}`, messages: keptMessages(number) }),
  );
  addSamples(file.db, rows, 'me');
  file.close();
  return path;
}

/** What a project says of itself while nothing at all may change in the folder it lies in. */
async function readAndClose(core: TestCore, path: string) {
  const before = folderState(dirname(path));
  const scratch = subfolder(core.folder, 'scratch');
  vi.stubEnv('TMPDIR', scratch);
  const info = await core.client.project.open({ path });
  const sources = (await core.client.samples.facets()).sources.map(({ source }) => source);
  expect(folderState(dirname(path))).toEqual(before);
  await core.client.project.close();
  expect(folderState(dirname(path))).toEqual(before);
  expect(readdirSync(scratch)).toEqual([]);
  vi.unstubAllEnvs();
  return { ...info, sources };
}

test.each([
  ['file', (path: string) => path],
  ['folder', (path: string) => dirname(path)],
])(
  'a project is read where nobody may write to its %s, and nothing is left',
  async (_, placeOf) => {
    await using core = await TestCore.start({ project: 'none' });
    const path = await placeProject(core);
    const info = await withoutWriting(placeOf(path), () => readAndClose(core, path));
    expect(info).toMatchObject({ access: 'read', readReason: 'not-writable' });
    expect(info.samples.pending).toBe(3);
    expect(await core.client.project.open({ path })).toMatchObject({
      access: 'edit',
      readReason: null,
    });
  },
);

test('no acknowledged row is missing when the log of a killed writer is read where nobody may write', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = await placeProject(core);
  const acknowledged = await writeAndKill(path, 20);
  expect(acknowledged).toBeGreaterThanOrEqual(20);
  const { samples } = await withoutWriting(dirname(path), () => readAndClose(core, path));
  expect(samples.accepted).toBeGreaterThanOrEqual(acknowledged);
});

test('a transaction that a crash cut short is not seen where nobody may roll it back', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = await placeProject(core, 3000);
  leaveHotJournal(path);
  const { samples, sources } = await withoutWriting(path, () => readAndClose(core, path));
  expect({ pending: samples.pending, sources }).toEqual({ pending: 3000, sources: ['test'] });
});

test('a project of an older schema is read where nobody may bring it forward', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = join(subfolder(core.folder, 'place'), 'old.lima');
  writeOldProject(path, 1);
  const info = await withoutWriting(path, () => readAndClose(core, path));
  expect(info).toMatchObject({ access: 'read', schemaVersion: 1 });
});

const isMountable = canMountDisk();
if (!isMountable) console.warn('Nothing can be mounted here: read-only media are untested');

describe.runIf(isMountable)('on media of its own', () => {
  test('a project with the log of a killed writer is read from a read-only mount', async () => {
    await using core = await TestCore.start({ project: 'none' });
    const path = await placeProject(core);
    const acknowledged = await writeAndKill(path, 5);
    using place = ReadOnlyMount.of(dirname(path));
    if (!place) throw new Error('A disk could be mounted a moment ago');
    const info = await readAndClose(core, join(place.folder, 'p.lima'));
    expect(info).toMatchObject({ access: 'read', readReason: 'not-writable' });
    expect(info.samples.accepted).toBeGreaterThanOrEqual(acknowledged);
  });

  test.each([['closed'], ['killed']])(
    'a %s project on a full disk is read, and open for changes once there is space',
    async (end) => {
      await using core = await TestCore.start({ project: 'none' });
      const path = await placeProject(core);
      const acknowledged = end === 'killed' ? await writeAndKill(path, 5) : 0;
      using disk = SmallDisk.mount(2 ** 24);
      if (!disk) throw new Error('A disk could be mounted a moment ago');
      const full = join(disk.folder, 'p.lima');
      for (const name of readdirSync(dirname(path)))
        if (!name.endsWith('.d')) copyFileSync(join(dirname(path), name), join(disk.folder, name));
      disk.fill(0);
      const info = await core.client.project.open({ path: full });
      expect(info).toMatchObject({ access: 'read', readReason: 'disk-full' });
      expect(info.samples.accepted).toBeGreaterThanOrEqual(acknowledged);
      await core.client.project.close();
      disk.free();
      const again = await core.client.project.open({ path: full });
      expect(again).toMatchObject({ access: 'edit', samples: info.samples });
    },
  );
});

// One bit of one row kept the whole project shut.
test('a project with a flipped bit in the place of a row opens for reading, and says which', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = await placeProject(core);
  const file = openProjectFile(path);
  file.db.exec('UPDATE sample SET sequence = sequence | (1 << 40) WHERE seq = 2');
  file.close();
  const info = await core.client.project.open({ path });
  expect(info).toMatchObject({ access: 'read', readReason: 'damaged-order' });
  expect(info.notice).toContain('a row of sample has the place 10995');
  const rows = await core.client.samples.list({ filter: {}, limit: 9 });
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  for (const { id } of rows) expect((await core.client.samples.history({ id })).length).toBe(1);
});
