import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot, rendererDir } from '../../shell/app-paths.ts';
import { CommandError } from '../cli/command-error.ts';

/** Newest modification under a folder, in milliseconds; 0 when it is empty. */
function newestMs(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs),
      0,
    );
}

/** True when the page's sources are here and no built page is as new as they are. */
export function isRendererStale(root = appRoot, builtDir = rendererDir): boolean {
  const index = join(builtDir, 'index.html');
  if (!existsSync(index)) return true;
  if (!existsSync(join(root, 'renderer', 'vite.config.ts'))) return false;
  return (
    Math.max(newestMs(join(root, 'renderer')), newestMs(join(root, 'shared'))) >
    statSync(index).mtimeMs
  );
}

/** Builds the page when it is missing or older than its sources; an installed app has it built. */
export function ensureRendererBuilt(say: (text: string) => void): void {
  if (!isRendererStale()) return;
  say('Building the page; this takes a few seconds.');
  runScript('build:renderer');
}

/** Runs a package.json script with this Node; its output goes to standard error. */
export function runScript(name: string): void {
  const { status, error } = spawnSync(process.execPath, ['--run', name], {
    cwd: appRoot,
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
  });
  if (status === 0) return;
  throw new CommandError(
    'BUILD_FAILED',
    `"npm run ${name}" failed (${error?.message ?? `exit code ${status}`}): run "npm ci", then try again.`,
  );
}

/**
 * The Electron program of this checkout, or why there is none. The package itself is never
 * imported: importing it would download the program.
 */
export function findElectronBinary(root = appRoot): { path: string } | { missing: string } {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(folder)) return { missing: 'the electron package is not installed' };
  if (!existsSync(pathFile))
    return { missing: 'its program was not downloaded (npx install-electron --no)' };
  const path = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? { path } : { missing: `there is no file ${path}` };
}
