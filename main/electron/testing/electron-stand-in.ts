import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import { StandInApp } from './stand-in-app.ts';
import { StandInSession } from './stand-in-session.ts';
import { StandInWindow } from './stand-in-window.ts';

/** A question the shell asked in a native dialog, to be answered by the test as the person. */
export interface StandInDialog {
  kind: 'open' | 'save' | 'message';
  options: { title?: string; message?: string; detail?: string; buttons?: string[] };
  answer(value: unknown): void;
}

type ProtocolHandler = (request: Request) => Response | Promise<Response>;

/**
 * The module `electron` as the shell's main.ts sees it, without Electron: there is no binary on
 * the build machines. It keeps Electron's order of events and hands the test the other side.
 */
export class ElectronStandIn {
  readonly folder = mkdtempSync(join(tmpdir(), 'lima-desktop-'));
  readonly userDataDir = join(this.folder, 'user-data');
  readonly appFolder = join(this.folder, 'app');
  readonly windows: StandInWindow[] = [];
  readonly dialogs: StandInDialog[] = [];
  readonly session = { defaultSession: new StandInSession() };
  readonly ipcMain = new EventEmitter();
  readonly privileged: unknown[] = [];
  /** Notifications that were shown, and blockers of sleep that hold. */
  readonly notifications: { title: string; body: string }[] = [];
  readonly blockers = new Set<number>();
  readonly #onDialog = new EventEmitter();
  isSecondInstance = false;
  menu: MenuItemConstructorOptions[] = [];
  readonly app: StandInApp = new StandInApp(this);
  #handler: ProtocolHandler = () => Response.error();

  constructor() {
    const renderer = join(this.appFolder, 'out/renderer');
    mkdirSync(join(renderer, 'assets'), { recursive: true });
    writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Page</title>');
    writeFileSync(join(renderer, 'assets/main-0a1b2c3d.js'), 'export {};');
    writeFileSync(join(this.appFolder, 'package.json'), '{"name":"secret"}');
  }

  /** What `import … from 'electron'` gives. */
  module(): Record<string, unknown> {
    return {
      app: this.app,
      ipcMain: this.ipcMain,
      session: this.session,
      screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
      nativeTheme: { shouldUseDarkColors: true },
      BrowserWindow: windowClass(this),
      Notification: notificationClass(this.notifications),
      powerSaveBlocker: {
        start: () => {
          const id = this.blockers.size + 1;
          this.blockers.add(id);
          return id;
        },
        stop: (id: number) => this.blockers.delete(id),
      },
      Menu: {
        buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
        setApplicationMenu: (menu: MenuItemConstructorOptions[]) => (this.menu = menu),
      },
      protocol: {
        registerSchemesAsPrivileged: (schemes: unknown[]) => this.privileged.push(...schemes),
        handle: (_scheme: string, handler: ProtocolHandler) => (this.#handler = handler),
      },
      dialog: {
        showOpenDialog: (_window: unknown, options: object) => this.#ask('open', options),
        showSaveDialog: (_window: unknown, options: object) => this.#ask('save', options),
        showMessageBox: (...args: object[]) => this.#ask('message', args.at(-1) ?? {}),
        showErrorBox: (title: string, text: string) => console.error(title, text),
      },
    };
  }

  /** Requests an address of the custom protocol as Chromium would. */
  async request(url: string, method = 'GET'): Promise<Response> {
    return await this.#handler(new Request(url, { method }));
  }

  /** The next dialog the shell opens. */
  async nextDialog(): Promise<StandInDialog> {
    while (this.dialogs.length === 0)
      await new Promise((resolve) => this.#onDialog.once('dialog', resolve));
    const [dialog] = this.dialogs.splice(0, 1);
    if (!dialog) throw new Error('The dialog vanished.');
    return dialog;
  }

  /** A menu item by its labels or roles, such as ['&File', 'Open &Recent']. */
  menuItem(...labels: string[]): MenuItemConstructorOptions {
    let items = this.menu;
    let found: MenuItemConstructorOptions | undefined;
    for (const label of labels) {
      found = items.find((item) => item.label === label || item.role === label);
      if (!found) throw new Error(`The menu has no ${labels.join(' > ')}.`);
      items = Array.isArray(found.submenu) ? found.submenu : [];
    }
    if (!found) throw new Error('Name a menu item.');
    return found;
  }

  /** Clicks a menu item as a person does. */
  clickMenu(...labels: string[]): void {
    const click: unknown = this.menuItem(...labels).click;
    if (typeof click !== 'function') throw new Error(`${labels.join(' > ')} does nothing.`);
    Reflect.apply(click, undefined, []);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #ask(kind: StandInDialog['kind'], options: StandInDialog['options']): Promise<unknown> {
    return new Promise((resolve) => {
      this.dialogs.push({ kind, options, answer: resolve });
      this.#onDialog.emit('dialog');
    });
  }
}

/** `Notification` that is kept in a list when it is shown. */
function notificationClass(shown: { title: string; body: string }[]) {
  return class extends EventEmitter {
    readonly #options: { title: string; body: string };
    constructor(options: { title: string; body: string }) {
      super();
      this.#options = options;
    }
    static isSupported(): boolean {
      return true;
    }
    show(): void {
      shown.push(this.#options);
    }
  };
}

/** `BrowserWindow` of one stand-in: Electron's constructor takes nothing but options. */
function windowClass(electron: ElectronStandIn) {
  return class extends StandInWindow {
    constructor(options: BrowserWindowConstructorOptions) {
      super(electron, options);
    }
  };
}
