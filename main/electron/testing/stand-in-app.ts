import { EventEmitter } from 'node:events';
import type { StandInHost } from './stand-in-host.ts';
import { preventable } from './stand-in-session.ts';

/** Electron's app: lifecycle events in Electron's order, and `exited` when it is over. */
export class StandInApp extends EventEmitter {
  readonly #electron: StandInHost;
  readonly #exit = Promise.withResolvers<number>();
  readonly switches = new Map<string, string>();
  readonly recentDocuments: string[] = [];
  readonly commandLine = {
    appendSwitch: (name: string, value = '') => void this.switches.set(name, value),
  };
  readonly isPackaged = false;
  isSandboxed = false;
  #isReady = false;
  #userDataDir = '';

  constructor(electron: StandInHost) {
    super();
    this.#electron = electron;
  }

  get exited(): Promise<number> {
    return this.#exit.promise;
  }
  requestSingleInstanceLock(): boolean {
    return !this.#electron.isSecondInstance;
  }
  enableSandbox(): void {
    this.isSandboxed = true;
  }
  isReady(): boolean {
    return this.#isReady;
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#isReady = true;
    this.emit('session-created', this.#electron.session.defaultSession);
  }
  setPath(_name: string, path: string): void {
    this.#userDataDir = path;
  }
  getPath(): string {
    return this.#userDataDir;
  }
  getAppPath(): string {
    return this.#electron.appFolder;
  }
  addRecentDocument(path: string): void {
    this.recentDocuments.push(path);
  }

  quit(): void {
    const before = preventable();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    for (const window of this.#electron.windows.slice()) window.close();
    if (this.#electron.windows.length > 0) return;
    const event = preventable();
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code: number): void {
    this.#exit.resolve(code);
  }
}
