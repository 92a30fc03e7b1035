import { useEffect } from 'react';
import { rpc } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { activeShortcuts } from '../ui/shortcuts.ts';
import { chooseProject, closeProject, newProject, openProject } from './project.ts';
import { showShellDialog } from './shell-store.ts';

const commands: Record<string, (path?: string) => unknown> = {
  'new-project': newProject,
  'open-project': (path) => (path === undefined ? chooseProject() : openProject(path)),
  'close-project': closeProject,
  palette: () => showShellDialog('palette'),
  shortcuts: () => showShellDialog('shortcuts'),
};

/** Carries out a command of the desktop menu: one of the above, or a shortcut's label. */
function runCommand(command: string, path: string | undefined): void {
  const known = commands[command];
  if (known) known(path);
  else
    activeShortcuts()
      .find((shortcut) => shortcut.label === command)
      ?.run();
}

/** Follows the desktop menu for as long as the connection lives; does nothing in a browser. */
export function useDesktopCommands(): void {
  const isOpen = useConnection((state) => state.phase === 'open');
  useEffect(() => {
    if (!isOpen || !window.limaDesktop) return undefined;
    const stop = new AbortController();
    void follow(stop.signal);
    return () => stop.abort();
  }, [isOpen]);
}

async function follow(signal: AbortSignal): Promise<void> {
  try {
    for await (const { command, path } of await rpc.app.commands(undefined, { signal }))
      runCommand(command, path);
  } catch (error) {
    if (!signal.aborted) console.warn('The menu commands ended:', error);
  }
}
