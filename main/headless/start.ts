import { spawnSync } from 'node:child_process';
import { appRoot } from '../shell/app-paths.ts';
import { findElectronBinary, ensureRendererBuilt, runScript } from './launch/checkout.ts';
import { runProcess } from './cli/run-command-line.ts';
import { hasDisplay } from './launch/open-browser.ts';
import { reportError } from './cli/command-error.ts';
import { Terminal } from './cli/terminal.ts';
import { commands } from './commands/command-table.ts';

/** Why the desktop window cannot be shown here, or the program that shows it. */
function findDesktop(): { path: string } | { missing: string } {
  if (!hasDisplay())
    return { missing: 'this machine has no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  const electron = findElectronBinary();
  return 'path' in electron ? electron : { missing: `Electron is not here: ${electron.missing}` };
}

function startDesktop(electronPath: string, words: string[], terminal: Terminal): number {
  ensureRendererBuilt((text) => terminal.note(text));
  runScript('build:main');
  // Set by shells of other Electron programs; it would start plain Node instead of a window.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const { status } = spawnSync(electronPath, [appRoot, ...words], { stdio: 'inherit', env });
  return status ?? 1;
}

/** `npm start`: the desktop window where there can be one, web mode everywhere else. */
async function start(words: string[]): Promise<void> {
  const terminal = new Terminal('human', process);
  const desktop = findDesktop();
  try {
    if ('path' in desktop) {
      process.exitCode = startDesktop(desktop.path, words, terminal);
      return;
    }
  } catch (error) {
    process.exitCode = reportError(error, terminal);
    return;
  }
  terminal.note(`No desktop window: ${desktop.missing}. Starting web mode instead.`);
  await runProcess(['serve', ...words], commands);
}

await start(process.argv.slice(2));
