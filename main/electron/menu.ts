import type { MenuItemConstructorOptions } from 'electron';
import type { RecentProject } from './core-side/frames.ts';

/** What the window carries out for the menu; `open-project` comes with a path when one is known. */
export type MenuCommand =
  | 'new-project'
  | 'open-project'
  | 'close-project'
  | 'Switch theme'
  | 'shortcuts'
  | 'palette'
  | 'Settings…'
  | 'Help…'
  | 'About Lima Workbench…';

/** What the menu depends on. */
export interface MenuState {
  isMac: boolean;
  isPackaged: boolean;
  recent: RecentProject[];
  send: (command: MenuCommand, path?: string) => void;
}

/** The application menu. Keys that the page binds itself are shown in the page, not here. */
export function menuTemplate(state: MenuState): MenuItemConstructorOptions[] {
  return [
    ...(state.isMac ? [{ role: 'appMenu' } as const] : []),
    fileMenu(state),
    { role: 'editMenu' },
    viewMenu(state),
    ...(state.isMac ? [{ role: 'windowMenu' } as const] : []),
    helpMenu(state),
  ];
}

function fileMenu({ isMac, recent, send }: MenuState): MenuItemConstructorOptions {
  return {
    label: '&File',
    submenu: [
      { label: '&New Project…', accelerator: 'CmdOrCtrl+N', click: () => send('new-project') },
      { label: '&Open Project…', accelerator: 'CmdOrCtrl+O', click: () => send('open-project') },
      { label: 'Open &Recent', enabled: recent.length > 0, submenu: recentItems(recent, send) },
      { label: '&Close Project', click: () => send('close-project') },
      { type: 'separator' },
      { label: '&Settings…', click: () => send('Settings…') },
      { type: 'separator' },
      { role: isMac ? 'close' : 'quit' },
    ],
  };
}

function recentItems(
  recent: RecentProject[],
  send: MenuState['send'],
): MenuItemConstructorOptions[] {
  return recent.map(({ path, name }) => ({
    label: name.replaceAll('&', '&&'),
    sublabel: path,
    toolTip: path,
    click: () => send('open-project', path),
  }));
}

function viewMenu({ isPackaged, send }: MenuState): MenuItemConstructorOptions {
  return {
    label: '&View',
    submenu: [
      { label: 'Command &Palette…', click: () => send('palette') },
      { label: 'Switch &Theme', click: () => send('Switch theme') },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      { type: 'separator' },
      { role: 'reload' },
      ...(isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
  };
}

function helpMenu({ send }: MenuState): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      { label: '&Keyboard Shortcuts', click: () => send('shortcuts') },
      { label: '&Help…', click: () => send('Help…') },
      { label: '&About Lima Workbench…', click: () => send('About Lima Workbench…') },
    ],
  };
}
