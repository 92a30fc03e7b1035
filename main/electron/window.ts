import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { z } from 'zod';
import { replaceFile } from '../side-files/side-file.ts';
import { workbenchUrl } from './app-protocol.ts';
import type { DesktopPaths, ElectronApi } from './electron-api.ts';

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

/** Where the window was, in device-independent pixels. Without x and y it is centred. */
interface WindowState {
  width: number;
  height: number;
  x?: number;
  y?: number;
  isMaximized: boolean;
}

const defaultState: WindowState = { width: 1280, height: 840, isMaximized: false };
const minVisiblePx = 100;
const sizePx = z.number().int().min(400).max(20_000);
const positionPx = z.number().int().min(-50_000).max(50_000);
const storedState = z.object({
  width: sizePx,
  height: sizePx,
  x: positionPx,
  y: positionPx,
  isMaximized: z.boolean(),
});

/** The remembered state, or the default one when there is none, it is damaged or off screen. */
export function loadWindowState(file: string, workAreas: Rectangle[]): WindowState {
  const stored = storedState.safeParse(readJson(file));
  if (!stored.success) return defaultState;
  const { x, y, ...rest } = stored.data;
  return workAreas.some((area) => showsTitleBar(stored.data, area)) ? { x, y, ...rest } : rest;
}

/** Remembers the bounds; a file that cannot be written only costs the memory of them. */
export function saveWindowState(file: string, bounds: Rectangle, isMaximized: boolean): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, JSON.stringify({ ...bounds, isMaximized }));
  } catch (error) {
    console.error(`The window's place was not saved in ${file}:`, error);
  }
}

function showsTitleBar(bounds: Rectangle, area: Rectangle): boolean {
  const left = Math.max(bounds.x, area.x);
  const right = Math.min(bounds.x + bounds.width, area.x + area.width);
  const isBelowTop = bounds.y >= area.y - 1;
  const isAboveBottom = bounds.y <= area.y + area.height - minVisiblePx;
  return right - left >= minVisiblePx && isBelowTop && isAboveBottom;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // First start, or a damaged file: both mean the default place.
    return undefined;
  }
}
