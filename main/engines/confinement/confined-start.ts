import { mkdirSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { nodeRuntimePath } from '../node-runtime.ts';
import {
  confinementHere,
  confinementVariable,
  inheritedConfinement,
  launcherPath,
  programRoot,
} from './launcher.ts';
import { sandboxArguments } from './macos-sandbox.ts';

/**
 * What an engine is given: files or folders to read, and folders to write into as well. With one part
 * of a split model come all of its parts.
 */
export interface EngineFiles {
  reads: readonly string[];
  writes: readonly string[];
}

/** What is to be started. */
interface Confined {
  files: EngineFiles;
  /** True when it computes on devices, whose drivers read and open more. */
  usesDrivers: boolean;
  /** Flags of Node, such as a limit of memory. */
  execArgv?: string[];
}

/** How an engine's process is started. */
export interface EngineStart {
  execPath: string;
  execArgv: string[];
  env: NodeJS.ProcessEnv;
  /** The engine's own folder, current in it; whoever starts the engine removes it. */
  scratchDir: string;
}

/** What any Node program on Linux reads: libraries, where they are listed, what the machine is. */
const systemLibraries = [
  '/lib',
  '/lib64',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local/lib',
  '/nix/store',
];
const systemFiles = [
  '/usr/share',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/localtime',
  '/proc/self',
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/stat',
  '/proc/version',
  '/proc/filesystems',
  '/proc/sys/vm',
  '/proc/sys/kernel',
  '/sys/devices/system',
  '/sys/fs/cgroup',
];
const cacheName = 'engine-cache';
const plainDevices = ['null', 'zero', 'full', 'random', 'urandom'].map((name) => `/dev/${name}`);

/** What drivers of GPUs read, and what they talk to. */
const driverFiles = [
  '/sys',
  '/proc/driver',
  '/proc/devices',
  '/proc/modules',
  '/etc/vulkan',
  '/etc/OpenCL',
  '/etc/glvnd',
  '/etc/drirc',
  '/etc/nvidia',
  '/opt/cuda',
  '/opt/rocm',
  '/run/opengl-driver',
  '/usr/local/cuda',
];
const driverDevices = ['/dev/dri', '/dev/kfd', '/dev/dxg', '/dev/nvidia-caps'];
const driverPathVariables = [
  'LD_LIBRARY_PATH',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
  'CUDA_HOME',
  'CUDA_PATH',
  'ROCM_PATH',
];

/**
 * How to start an engine with what it is given and no more, as far as this machine can: elsewhere
 * plain Node with a folder of its own.
 */
export function confinedStart(
  { files, usesDrivers, execArgv = [] }: Confined,
  confinement = confinementHere(),
): EngineStart {
  const scratchDir = mkdtempSync(join(realpathSync(tmpdir()), 'lima-engine-'));
  const caches = engineCaches(scratchDir);
  const env = { TMPDIR: scratchDir, TMP: scratchDir, TEMP: scratchDir, ...caches.env };
  const nodePath = nodeRuntimePath();
  const { landlock, seccomp, sandbox } = confinement;
  const writes = [scratchDir, ...caches.folders, ...files.writes];
  if (sandbox) {
    const shaders = usesDrivers && sandbox.shaderCachePath ? [sandbox.shaderCachePath] : [];
    const launched = [...sandboxArguments(nodePath, [...writes, ...shaders]), ...execArgv];
    const inherited = { ...env, [confinementVariable]: inheritedConfinement };
    return { execPath: sandbox.path, execArgv: launched, env: inherited, scratchDir };
  }
  if (landlock === 0 && !seccomp) return { execPath: nodePath, execArgv, env, scratchDir };
  const grants = [
    ...grant('x', [nodePath, launcherPath(), ...systemLibraries]),
    ...grant('r', [...programFiles(), ...systemFiles, ...files.reads.flatMap(modelPartPaths)]),
    ...grant('d', plainDevices),
    ...grant('w', writes),
    ...(usesDrivers ? driverGrants() : []),
  ];
  const confined = {
    ...env,
    // OpenSSL ends Node where its settings are there and may not be read.
    OPENSSL_CONF: '/dev/null',
    NODE_EXTRA_CA_CERTS: '',
    // Where it is not set, who asks for it would read /etc/passwd, which is not given.
    HOME: process.env['HOME'] ?? scratchDir,
  };
  const launched = [...grants, '--', nodePath, ...execArgv];
  return { execPath: launcherPath(), execArgv: launched, env: confined, scratchDir };
}

const grant = (kind: 'r' | 'x' | 'w' | 'd', paths: readonly string[]) =>
  paths.map((path) => `${kind}:${path}`);

/** Code and data of the program itself, and nothing that a person keeps beside them. */
function programFiles(): string[] {
  const names = ['package.json', 'node_modules', 'main', 'shared', 'out', 'resources'];
  return names.map((name) => join(programRoot, name));
}

function driverGrants(): string[] {
  const named = driverPathVariables.flatMap((name) => process.env[name]?.split(delimiter) ?? []);
  const devices = readdirSync('/dev').filter((name) => /^nvidia|^mali/.test(name));
  return [
    ...grant('r', [...driverFiles, ...named.filter((path) => path.startsWith('/'))]),
    ...grant('d', [...driverDevices, ...devices.map((name) => `/dev/${name}`)]),
  ];
}

/**
 * Where engines and their drivers keep compiled code: a folder of theirs alone, so that an engine
 * which a file took over leaves nothing that the core would ever run.
 */
function engineCaches(scratchDir: string): { folders: string[]; env: NodeJS.ProcessEnv } {
  const shared = process.env['NODE_COMPILE_CACHE'];
  const isEngine = shared !== undefined && basename(dirname(shared)) === cacheName;
  const folder = shared === undefined ? scratchDir : join(dirname(shared), cacheName);
  const [node, drivers] = isEngine
    ? [shared, join(dirname(shared), 'drivers')]
    : [join(folder, 'node'), join(folder, 'drivers')];
  for (const path of [node, drivers]) mkdirSync(path, { recursive: true });
  const env = {
    ...(shared !== undefined && { NODE_COMPILE_CACHE: node }),
    CUDA_CACHE_PATH: drivers,
    MESA_SHADER_CACHE_DIR: drivers,
    __GL_SHADER_DISK_CACHE_PATH: drivers,
  };
  return { folders: [node, drivers], env };
}
