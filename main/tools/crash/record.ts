import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFolder } from './disk-state.ts';
import { careless, scenarios } from './scenarios.ts';
import { readTrace, type Operation } from './trace.ts';

/** What lay in a folder, and what a process then did to it. */
export interface Recording {
  folder: string;
  initial: ReturnType<typeof readFolder>;
  operations: Operation[];
}

const recorder = join(import.meta.dirname, 'linux-x64', 'record-io.so');

/** Whether a process can be recorded here: the recorder is built for Linux on x64 alone. */
export const canRecord =
  process.platform === 'linux' && process.arch === 'x64' && existsSync(recorder);

/** A folder for states, in memory where there is such a disk: each is written, opened, thrown away. */
export const makePlace = (): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lima-crash-'));

/** SHA-256 of the recorder's source, which the recorder tells of itself. */
export const recorderSourceHash = (): string =>
  createHash('sha256')
    .update(readFileSync(join(import.meta.dirname, 'record-io.c')))
    .digest('hex');

/** Prepares a scenario in a folder and records its act in a process of its own. */
export function record(name: string, parent: string): Recording {
  const scenario = scenarios[name] ?? careless[name];
  if (!scenario) throw new RangeError(`There is no scenario “${name}”`);
  const folder = join(parent, 'recorded');
  mkdirSync(folder);
  const path = join(folder, 'p.lima');
  scenario.prepare(path);
  const initial = readFolder(folder);
  const [trace, told] = [join(parent, 'trace'), join(parent, 'told')];
  const script = new URL('./run-scenario.ts', import.meta.url).pathname;
  execFileSync(process.execPath, [script, name, path, told], {
    env: {
      ...process.env,
      LD_PRELOAD: recorder,
      LIMA_RECORD_FOLDER: folder,
      LIMA_RECORD_TRACE: trace,
      LIMA_RECORD_ACKS: told,
      ...(scenario.disk && { LIMA_RECORD_DISK: scenario.disk }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { sourceHash, operations } = readTrace(trace);
  if (sourceHash !== recorderSourceHash())
    throw new Error('The recorder is not built of record-io.c: run build-recorder.ts');
  return { folder, initial, operations };
}
