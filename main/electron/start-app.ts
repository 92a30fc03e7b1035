import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
} from 'electron';
import { nodeRuntimePath } from '../engines/node-runtime.ts';
import { programFile } from '../engines/program-file.ts';
import { userDataDir } from '../shell/app-paths.ts';
import { DesktopApp } from './desktop-app.ts';
import { unpackedPath } from './electron-api.ts';
import { verifyPackage } from './verify-package.ts';

// The same settings and recent projects as on the command line.
app.setPath('userData', userDataDir());

const appFolder = app.getAppPath();
// Compiled code lies in the same folders with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const coreEntry = new URL(`core-side/core-entry.${extension}`, import.meta.url);

const desktop = new DesktopApp(
  {
    app,
    BrowserWindow,
    dialog,
    ipcMain,
    Menu,
    nativeTheme,
    Notification,
    powerSaveBlocker,
    protocol,
    screen,
    session,
  },
  {
    rendererDir: unpackedPath(join(appFolder, 'out/renderer')),
    preload: join(import.meta.dirname, 'preload.cjs'),
    coreEntry: unpackedPath(fileURLToPath(programFile(coreEntry))),
    nodeRuntime: nodeRuntimePath(app.isPackaged ? process.resourcesPath : undefined),
    verify: () => (app.isPackaged ? verifyPackage(process.resourcesPath) : Promise.resolve()),
    icon: unpackedPath(join(appFolder, 'resources/icons/icon.png')),
  },
);

await desktop.start(process.argv);
