import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HostileProject, Sandbox } from './hostile-values.ts';

const pipe = (path: string) => void execFileSync('/usr/bin/env', ['mkfifo', path]);

/** What can lie where a file beside a project is expected. */
const strangers: Record<string, (path: string, sandbox: Sandbox) => void> = {
  'a link to a file outside': (path, { outside }) => symlinkSync(`${outside}/victim`, path),
  'a link to nothing outside': (path, { outside }) => symlinkSync(`${outside}/new`, path),
  'a link to a folder outside': (path, { outside }) => symlinkSync(outside, path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a second name of a file outside': (path, { outside }) => linkSync(`${outside}/victim`, path),
  'a pipe': (path) => pipe(path),
  'a folder': (path) => mkdirSync(path),
  'noise of a megabyte': (path) => writeFileSync(path, Buffer.alloc(1_000_000, 0x5a)),
};

const besides = ['-wal', '-shm', '-journal', '.lock', '.d'].flatMap((ending) =>
  Object.entries(strangers).map(([kind, make]) => ({
    name: `${ending} is ${kind}`,
    beside: (path: string, sandbox: Sandbox) => {
      rmSync(path + ending, { recursive: true, force: true });
      make(path + ending, sandbox);
    },
  })),
);

/** Links and pipes inside the folder of artifacts, at each depth. */
const inside = ['runs', 'runs/r', 'runs/r/resume-00000001', 'r', 'r/1.gguf'].flatMap((name) =>
  ['a link to a folder outside', 'a link to a file outside', 'a pipe'].map((kind) => ({
    name: `.d/${name} is ${kind}`,
    hasJobs: name.startsWith('r'),
    beside: (path: string, sandbox: Sandbox) => {
      const place = join(`${path}.d`, name);
      rmSync(place, { recursive: true, force: true });
      mkdirSync(dirname(place), { recursive: true });
      strangers[kind]?.(place, sandbox);
    },
  })),
);

const magic = Buffer.from('d9d505f920a163d7', 'hex');

/** A rollback journal that ends in the name of another file, which SQLite would look at or delete. */
function superJournal(path: string, { outside }: Sandbox): void {
  const name = Buffer.from(`${outside}/victim`);
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(name.length, 0);
  tail.writeUInt32BE(name.reduce((sum, byte) => (sum + byte) | 0, 0) >>> 0, 4);
  const page = Buffer.alloc(4);
  writeFileSync(
    `${path}-journal`,
    Buffer.concat([magic, Buffer.alloc(504), page, name, tail, magic]),
  );
}

const places: HostileProject[] = [
  { name: 'a journal that names a file outside', beside: superJournal },
  {
    name: 'the log of another project',
    beside: (path, { root }) => copyFileSync(`${root}/other.lima-wal`, `${path}-wal`),
  },
  {
    name: 'a note of a holder of 10 MB',
    beside: (path) => writeFileSync(`${path}.lock`, `{"host":"${'h'.repeat(10_000_000)}","pid":1}`),
  },
  {
    name: 'a note of a holder that commands',
    beside: (path) =>
      writeFileSync(`${path}.lock`, '{"host":"\u001b[2J\u202e","pid":1,"sinceMs":1}'),
  },
  {
    name: 'a record of an adapter of 50 MB',
    beside: (path) => {
      mkdirSync(`${path}.d/runs/r/epoch-001`, { recursive: true });
      writeFileSync(`${path}.d/runs/r/epoch-001/record.json`, '['.repeat(50_000_000));
    },
  },
  {
    name: 'a record of an adapter that names another file',
    beside: (path) => {
      mkdirSync(`${path}.d/runs/r/epoch-002`, { recursive: true });
      const adapter = { sha256: 'x', sizeBytes: 8, file: '../../../../outside/victim' };
      writeFileSync(
        `${path}.d/runs/r/epoch-002/record.json`,
        JSON.stringify({ adapter, epoch: 2, step: 2, meanLoss: 1 }),
      );
    },
  },
  {
    name: 'the project is a link to one',
    beside: (path) => {
      renameSync(path, `${path}.real`);
      symlinkSync(basename(`${path}.real`), path);
    },
  },
  {
    name: 'the project is a link to a file outside',
    beside: (path, { outside }) => {
      rmSync(path);
      symlinkSync(`${outside}/victim`, path);
    },
  },
  {
    name: 'the project is a pipe',
    beside: (path) => {
      rmSync(path);
      pipe(path);
    },
  },
  {
    name: 'the project is a folder',
    beside: (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  },
  { name: 'the project is empty', beside: (path) => writeFileSync(path, '') },
  { name: 'the project is its header alone', beside: (path) => truncateSync(path, 100) },
  {
    name: 'the project is half of itself',
    beside: (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  },
  {
    name: 'the project has a hole of 100 GB at its end',
    beside: (path) => truncateSync(path, 100_000_000_000),
  },
  {
    name: 'every page but the first is noise',
    beside: (path) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0x5a, 4096));
    },
  },
];

/** Files beside a project, and in its place, that are not what their names say. */
export const hostileSideFiles: readonly HostileProject[] = [...besides, ...inside, ...places];
