import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { StandInHost } from './stand-in-host.ts';
import { preventable } from './stand-in-session.ts';

/** A frame of a page. */
export interface StandInFrame {
  url: string;
  parent: StandInFrame | null;
}

/** Electron's web contents: a page that can be navigated, and tells what was allowed. */
export class StandInContents extends EventEmitter {
  readonly mainFrame: StandInFrame = { url: 'about:blank', parent: null };
  reloads = 0;
  rtcPolicy = 'default';
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.rtcPolicy = policy;
  }
  reload(): void {
    this.reloads += 1;
  }

  /** What `window.open(url)` in the page leads to. */
  open(url: string): string {
    return this.#openHandler({ url }).action;
  }

  /** Navigates as a link or script in the page would; true when the page got there. */
  navigate(url: string, isMainFrame = true): boolean {
    const event = preventable({ url, isMainFrame });
    this.emit('will-frame-navigate', event);
    if (isMainFrame) this.emit('will-navigate', event);
    if (!event.defaultPrevented && isMainFrame) this.mainFrame.url = url;
    return !event.defaultPrevented;
  }

  /** Emits an event that listeners may refuse; true when none did. */
  isAllowed(name: string, ...details: unknown[]): boolean {
    const event = preventable();
    this.emit(name, event, ...details);
    return !event.defaultPrevented;
  }
}

/** Electron's window: loads its address through the registered protocol. */
export class StandInWindow extends EventEmitter {
  readonly webContents = new StandInContents();
  readonly options: BrowserWindowConstructorOptions;
  readonly #electron: StandInHost;
  isShown = false;
  hasFocus = true;
  bounds = { x: 40, y: 50, width: 1000, height: 700 };

  constructor(electron: StandInHost, options: BrowserWindowConstructorOptions) {
    super();
    this.#electron = electron;
    this.options = options;
    electron.windows.push(this);
    electron.app.emit('web-contents-created', preventable(), this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const response = await this.#electron.request(url);
    if (response.status !== 200) throw new Error(`ERR_FAILED (${response.status}) ${url}`);
    this.webContents.mainFrame.url = url;
    this.emit('ready-to-show');
  }

  show(): void {
    this.isShown = true;
  }
  maximize(): void {}
  focus(): void {}
  restore(): void {}
  isFocused(): boolean {
    return this.hasFocus;
  }
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return true;
  }
  getNormalBounds(): object {
    return this.bounds;
  }

  close(): void {
    const event = preventable();
    this.emit('close', event);
    if (event.defaultPrevented) return;
    this.#electron.windows.splice(this.#electron.windows.indexOf(this), 1);
    this.emit('closed');
    if (this.#electron.windows.length === 0) this.#electron.app.emit('window-all-closed');
  }
}
