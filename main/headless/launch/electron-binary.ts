import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../shell/app-paths.ts';

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
