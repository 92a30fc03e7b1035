import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';

/** What every macOS has; deprecated for years, and what Bazel, Nix and Chromium build on. */
export const sandboxExecPath = '/usr/bin/sandbox-exec';

/** Devices that libraries open for writing. */
const devices = ['null', 'zero', 'random', 'urandom', 'dtracehelper'].map((name) => `/dev/${name}`);
const probeTimeoutMs = 10_000;

const parameter = (index: number) => `WRITE_${index}`;

/**
 * The rules, of which the last that fits counts. Paths are parameters, so that no name of a file
 * can be read as a rule. Reading stays open: Metal and dyld read what nobody has listed.
 */
export const sandboxProfile = (writeCount: number): string =>
  [
    '(version 1)',
    '(allow default)',
    '(deny network*)',
    '(deny signal)',
    '(allow signal (target same-sandbox))',
    '(deny process-exec*)',
    '(allow process-exec* (literal (param "NODE")))',
    '(deny file-write*)',
    ...devices.map((path) => `(allow file-write* (literal "${path}"))`),
    ...Array.from(
      { length: writeCount },
      (_, index) => `(allow file-write* (subpath (param "${parameter(index)}")))`,
    ),
  ].join('\n');

/** The words after `sandbox-exec` that start Node confined; its own flags come after them. */
export function sandboxArguments(nodePath: string, writes: readonly string[]): string[] {
  // Rules are compared with real paths, and /var and /tmp are links there.
  const real = [...new Set(writes.filter((path) => existsSync(path)).map(realPath))];
  const node = realPath(nodePath);
  const values = [`NODE=${node}`, ...real.map((path, index) => `${parameter(index)}=${path}`)];
  return ['-p', sandboxProfile(real.length), ...values.flatMap((value) => ['-D', value]), node];
}

const realPath = (path: string) => realpathSync.native(path);

/** Why Node does not start under these rules on this machine; '' when it does. */
export function sandboxProblem(nodePath: string, path = sandboxExecPath): string {
  if (!existsSync(path)) return `${path} is missing`;
  const args = [...sandboxArguments(nodePath, []), '-e', ''];
  const options = { encoding: 'utf8', timeout: probeTimeoutMs } as const;
  const { error, status, signal, stderr } = spawnSync(path, args, options);
  if (status === 0) return '';
  const [said = ''] = (stderr ?? '').trim().split('\n');
  const end = error?.message ?? (said || (signal ?? `exit code ${status}`));
  return `${path} does not start Node: ${end}`;
}

/**
 * Where macOS keeps compiled shaders of this user, which the process that uses them writes;
 * undefined where the system does not say.
 */
export function shaderCachePath(): string | undefined {
  const args = ['DARWIN_USER_CACHE_DIR'];
  const { status, stdout } = spawnSync('/usr/bin/getconf', args, { encoding: 'utf8' });
  return status === 0 && stdout.startsWith('/') ? stdout.trim() : undefined;
}
