/** What the shell uses of Electron; only main.ts takes them from the module itself. */
export type ElectronApi = Pick<
  typeof import('electron'),
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeTheme'
  | 'Notification'
  | 'powerSaveBlocker'
  | 'protocol'
  | 'screen'
  | 'session'
>;

/** Where the shell finds what it starts and shows. */
export interface DesktopPaths {
  /** The built page: a folder of the real file system, never inside app.asar. */
  rendererDir: string;
  preload: string;
  /** The core's entry point for plain Node, `.ts` from source and `.js` when compiled. */
  coreEntry: string;
  nodeRuntime: string;
  /** Throws unless what the core and its engines run is what was packaged. */
  verify(): Promise<void>;
  icon: string;
}

/** Plain Node cannot read inside app.asar; what it needs lies unpacked beside it. */
export function unpackedPath(path: string): string {
  return path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}
