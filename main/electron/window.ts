import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { workbenchUrl } from './app-protocol.ts';
import type { DesktopPaths, ElectronApi } from './electron-api.ts';
import { loadWindowState, saveWindowState, type WindowState } from './window-state.ts';

const background = { dark: '#16181d', light: '#fbfbfa' };

/** The options of the one kind of window there is. Nothing of Node or Electron is in its page. */
export function windowOptions(
  state: WindowState,
  paths: Pick<DesktopPaths, 'preload' | 'icon'>,
  look: { isDark: boolean; isPackaged: boolean },
): BrowserWindowConstructorOptions {
  const { isMaximized: _, ...bounds } = state;
  return {
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Lima Workbench',
    icon: paths.icon,
    backgroundColor: look.isDark ? background.dark : background.light,
    webPreferences: {
      preload: paths.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !look.isPackaged,
    },
  };
}

/** Opens the window where it last was and shows it once the page has been drawn. */
export function openWindow(
  electron: ElectronApi,
  paths: DesktopPaths,
  stateFile: string,
): BrowserWindow {
  const workAreas = electron.screen.getAllDisplays().map((display) => display.workArea);
  const state = loadWindowState(stateFile, workAreas);
  const look = {
    isDark: electron.nativeTheme.shouldUseDarkColors,
    isPackaged: electron.app.isPackaged,
  };
  const window = new electron.BrowserWindow(windowOptions(state, paths, look));
  if (state.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    saveWindowState(stateFile, window.getNormalBounds(), window.isMaximized());
  });
  window.loadURL(workbenchUrl).catch((error: unknown) => {
    console.error('The page did not load:', error);
  });
  return window;
}
