import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { nodeRuntimePath } from '../node-runtime.ts';
import { sandboxExecPath, sandboxProblem, shaderCachePath } from './macos-sandbox.ts';

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
  /** macOS's own sandbox, where it starts Node. */
  sandbox?: {
    path: string;
    shaderCachePath: string | undefined;
  };
  /** Why there is less than all of it, in words; '' when nothing lacks. */
  reason: string;
}

/** What a person sets, and what an engine finds that runs in a sandbox, which holds its children. */
export const confinementVariable = 'LIMA_CONFINEMENT';
/** Its value inside of a sandbox: macOS starts none within another. */
export const inheritedConfinement = 'inherited';

const fullLandlock = 6;
const none = (reason: string): Confinement => ({ landlock: 0, seccomp: false, reason });

let known: Confinement | undefined;

/** What engines of this process are confined by; asked of the system once. */
export function confinementHere(): Confinement {
  known ??= askSystem();
  return known;
}

/** What the variable is set to when that means nothing, so that confinement stays as it is. */
export function meaninglessSetting(): string | undefined {
  const setting = process.env[confinementVariable] ?? '';
  return ['', 'on', 'off', inheritedConfinement].includes(setting) ? undefined : setting;
}

function askSystem(): Confinement {
  if (process.env[confinementVariable] === 'off') return none(`${confinementVariable}=off is set`);
  if (process.platform === 'linux') return askKernel();
  if (process.platform === 'darwin') return askMacOs(sandboxExecPath);
  return none('Node has no means for it on Windows');
}

/** What macOS's sandbox does on this machine; tried out with Node itself, which it may not start. */
export function askMacOs(path: string): Confinement {
  if (process.env[confinementVariable] === inheritedConfinement)
    return none('it has the sandbox of the engine that started it');
  const problem = sandboxProblem(nodeRuntimePath(), path);
  if (problem !== '') return none(problem);
  const sandbox = { path, shaderCachePath: shaderCachePath() };
  return { ...none("macOS's sandbox leaves reading open"), sandbox };
}

function askKernel(): Confinement {
  const path = launcherPath();
  if (!existsSync(path)) return none(`${path} is missing`);
  const { error, status, stdout } = spawnSync(path, ['--probe'], { encoding: 'utf8' });
  if (error || status !== 0)
    return none(`${path} does not start: ${error?.message ?? `exit code ${status}`}`);
  const landlock = Number(/^landlock (\d)/m.exec(stdout)?.[1] ?? 0);
  const seccomp = /^seccomp 1/m.test(stdout);
  return { landlock, seccomp, reason: kernelLacks(landlock, seccomp) };
}

/** What this kernel lacks of all that is asked of it; '' for nothing. */
export function kernelLacks(landlock: number, seccomp: boolean): string {
  const version = landlock === 0 ? 'no Landlock' : `Landlock ${landlock} of ${fullLandlock}`;
  const lacks = [
    ...(landlock < fullLandlock ? [version] : []),
    ...(seccomp ? [] : ['no seccomp filters']),
  ];
  return lacks.length === 0 ? '' : `Linux ${release()} has ${lacks.join(' and ')}`;
}
