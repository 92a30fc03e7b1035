import { homedir } from 'node:os';
import { join } from 'node:path';

// Source lies in main/shell, compiled code in out/main/shell.
const upToRoot = import.meta.url.endsWith('.ts') ? '../..' : '../../..';

/** The folder with package.json, in a checkout and in the packaged application. */
export const appRoot = join(import.meta.dirname, upToRoot);

/** Where the built page lies. */
export const rendererDir = join(appRoot, 'out', 'renderer');

/** Settings, recent projects and the log of this user; `LIMA_USER_DATA` moves it elsewhere. */
export function userDataDir(): string {
  const override = process.env['LIMA_USER_DATA'];
  if (override) return override;
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'lima-workbench');
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'lima-workbench');
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'lima-workbench');
}
