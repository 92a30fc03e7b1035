import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// This file runs as main/engines/confinement/*.ts, or compiled below out/.
const upToRoot = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';

/** The folder of the program: package.json, node_modules, resources. */
export const programRoot = join(import.meta.dirname, upToRoot);

/** Where the launcher of a platform lies; `npm run build:confine` writes those of Linux. */
export const launcherPath = (platform = `${process.platform}-${process.arch}`) =>
  join(programRoot, 'resources/native', platform, 'lima-confine');

/** What this machine can take away from an engine. */
export interface Confinement {
  /** Version of Landlock: files from 1 on, TCP from 4 on, signals from 6 on; 0 where it lacks. */
  landlock: number;
  /** True when system calls are filtered: no sockets, no tracing, no mounts. */
  seccomp: boolean;
  /** Why there is less than all of it, in words; '' when nothing lacks. */
  reason: string;
}

const fullLandlock = 6;
const offName = 'LIMA_CONFINEMENT';
const none = (reason: string): Confinement => ({ landlock: 0, seccomp: false, reason });

let known: Confinement | undefined;

/** What engines of this process are confined by; asked of the kernel once. */
export function confinementHere(): Confinement {
  known ??= askKernel();
  return known;
}

function askKernel(): Confinement {
  if (process.env[offName] === 'off') return none(`${offName}=off is set`);
  if (process.platform !== 'linux') return none(`there is none for ${process.platform} yet`);
  const path = launcherPath();
  if (!existsSync(path)) return none(`${path} is missing`);
  const { error, status, stdout } = spawnSync(path, ['--probe'], { encoding: 'utf8' });
  if (error || status !== 0)
    return none(`${path} does not start: ${error?.message ?? `exit code ${status}`}`);
  const landlock = Number(/^landlock (\d)/m.exec(stdout)?.[1] ?? 0);
  const seccomp = /^seccomp 1/m.test(stdout);
  const reason = landlock < fullLandlock || !seccomp ? 'this kernel has no more' : '';
  return { landlock, seccomp, reason };
}
