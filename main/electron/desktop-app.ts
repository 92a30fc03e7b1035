import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { FromCore, RecentProject } from './core-side/frames.ts';
import { createAppHandler, workbenchScheme } from './app-protocol.ts';
import { CoreProcess, type CoreExit } from './core-process.ts';
import { askAfterCrash, coreCrash, leavesPage, pageCrash, showFileDialog } from './dialogs.ts';
import type { DesktopPaths, ElectronApi } from './electron-api.ts';
import { hardenContents, hardenProcess, hardenSession } from './hardening.ts';
import { OngoingWork, type Decision } from './ongoing-work.ts';
import { menuTemplate, type MenuCommand } from './menu.ts';
import { PortPipe } from './port-pipe.ts';
import { openWindow } from './window.ts';

type PickFrame = Extract<FromCore, { channel: 'pick' }>;

const idleCheckMs = 2000;

/** The desktop shell: one window, one core, and nothing that the core does not decide. */
export class DesktopApp {
  readonly #electron: ElectronApi;
  readonly #paths: DesktopPaths;
  readonly #pipe: PortPipe;
  #window: BrowserWindow | undefined;
  #core: CoreProcess | undefined;
  #recent: RecentProject[] = [];
  #isQuitting = false;
  /** Nothing goes on, or a person said that it may end. */
  #mayQuit = false;
  /** A person said that what goes on shall do so without the window. */
  #mayCloseWindow = false;
  #isAsking = false;
  readonly #ongoing: OngoingWork;

  constructor(electron: ElectronApi, paths: DesktopPaths) {
    this.#electron = electron;
    this.#paths = paths;
    this.#ongoing = new OngoingWork(electron);
    this.#pipe = new PortPipe(electron.ipcMain, {
      currentCore: () => this.#core,
      isOwnWindow: (contents) => contents === this.#window?.webContents,
    });
  }

  /** Starts, or hands over to the instance that runs already. To be called before `ready`. */
  async start(argv: readonly string[]): Promise<void> {
    const { app, protocol, session } = this.#electron;
    if (!app.requestSingleInstanceLock()) {
      app.quit();
      return;
    }
    protocol.registerSchemesAsPrivileged([workbenchScheme]);
    hardenProcess(app);
    this.#listen();
    await app.whenReady();
    hardenSession(session.defaultSession);
    protocol.handle('app', await createAppHandler(this.#paths.rendererDir));
    this.#startCore();
    this.#showMenu();
    this.#openWindow();
    this.#openProject(argv.slice(1));
  }

  #listen(): void {
    const { app } = this.#electron;
    app.on('session-created', hardenSession);
    app.on('web-contents-created', (_event, contents) => hardenContents(contents));
    app.on('second-instance', (_event, argv) => {
      this.#showWindow();
      this.#openProject(argv.slice(1));
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#openProject([path]);
    });
    app.on('activate', () => this.#showWindow());
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') void this.#quitWhenIdle();
    });
    app.on('before-quit', (event) => {
      if (this.#mayQuit || !this.#core) return;
      event.preventDefault();
      void this.#askToQuit();
    });
    app.on('will-quit', (event) => {
      if (!this.#core) return;
      event.preventDefault();
      void this.#quit(this.#core);
    });
  }

  /** A run survives its window: without one, the app stays until no job is left. */
  async #quitWhenIdle(): Promise<void> {
    const work = await this.#ongoing.ask(this.#core);
    if (this.#window) return;
    if (work?.isBusy) setTimeout(() => void this.#quitWhenIdle(), idleCheckMs);
    else this.#electron.app.quit();
  }

  /** Quits where nothing goes on; else a person decides what shall become of it. */
  async #askToQuit(): Promise<void> {
    const decision = await this.#decide();
    if (decision === 'stop') {
      this.#mayQuit = true;
      this.#electron.app.quit();
    } else if (decision === 'keep') {
      this.#mayCloseWindow = true;
      if (this.#window) this.#window.close();
      else void this.#quitWhenIdle();
    }
  }

  /** `stop` where nothing goes on; `cancel` while it is being asked already. */
  async #decide(): Promise<Decision> {
    if (this.#isAsking) return 'cancel';
    this.#isAsking = true;
    try {
      const work = await this.#ongoing.ask(this.#core);
      return work?.isBusy ? await this.#ongoing.decide(this.#window, work) : 'stop';
    } finally {
      this.#isAsking = false;
    }
  }

  async #quit(core: CoreProcess): Promise<void> {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    await core.close();
    this.#electron.app.exit(0);
  }

  #startCore(): void {
    const core = new CoreProcess({
      nodeRuntime: this.#paths.nodeRuntime,
      entry: this.#paths.coreEntry,
      userDataDir: this.#electron.app.getPath('userData'),
      onFrame: (frame) => this.#onFrame(core, frame),
    });
    this.#core = core;
    void core.exited.then((exit) => this.#onCoreExit(core, exit));
  }

  /** Hours may have passed since the program was checked. */
  async #startCoreAgain(): Promise<void> {
    try {
      await this.#paths.verify();
      this.#startCore();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#electron.dialog.showErrorBox('Lima Workbench could not start', message);
      this.#electron.app.exit(1);
    }
  }

  async #onCoreExit(core: CoreProcess, exit: CoreExit): Promise<void> {
    this.#core = undefined;
    this.#ongoing.forget();
    this.#pipe.closeAll();
    if (core.isClosing) return;
    if (await askAfterCrash(this.#electron, this.#window, coreCrash(exit)))
      await this.#startCoreAgain();
    else this.#electron.app.quit();
  }

  #onFrame(core: CoreProcess, frame: Exclude<FromCore, { channel: 'ready' }>): void {
    if (frame.channel === 'rpc') this.#pipe.deliver(frame);
    else if (frame.channel === 'pick') void this.#pick(core, frame);
    else if (frame.channel === 'ongoing') this.#ongoing.take(frame);
    else if (frame.channel === 'job-ended') this.#notify(frame);
    else {
      this.#recent = frame.projects;
      const [newest] = frame.projects;
      if (newest) this.#electron.app.addRecentDocument(newest.path);
      this.#showMenu();
    }
  }

  /** Tells that a long job ended, to a person who does not look at the window. */
  #notify({ title, body }: { title: string; body: string }): void {
    const { Notification } = this.#electron;
    if (this.#window?.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => this.#showWindow());
    notification.show();
  }

  async #pick(core: CoreProcess, frame: PickFrame): Promise<void> {
    const { id } = frame;
    try {
      if (!this.#window) throw new Error('There is no window to show a file dialog in.');
      const path = await showFileDialog(this.#electron, this.#window, frame);
      core.send({ channel: 'picked', id, path });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      core.send({ channel: 'pick-failed', id, message });
    }
  }

  #showMenu(): void {
    const { app, Menu } = this.#electron;
    const template = menuTemplate({
      isMac: process.platform === 'darwin',
      isPackaged: app.isPackaged,
      recent: this.#recent,
      send: (command, path) => this.#command(command, path),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  #command(command: MenuCommand, path?: string): void {
    this.#showWindow();
    this.#core?.send({
      channel: 'command',
      command: path === undefined ? { command } : { command, path },
    });
  }

  /** Opens the project among the arguments the system started the app with, if there is one. */
  #openProject(argv: readonly string[]): void {
    const path = argv.find((argument) => argument.endsWith('.lima'));
    if (path !== undefined) this.#command('open-project', path);
  }

  #openWindow(): void {
    const stateFile = join(this.#electron.app.getPath('userData'), 'window.json');
    const window = openWindow(this.#electron, this.#paths, stateFile);
    this.#window = window;
    this.#mayCloseWindow = false;
    window.on('close', (event) => {
      if (this.#mayQuit || this.#mayCloseWindow || !this.#ongoing.isBusy) return;
      event.preventDefault();
      void this.#askToQuit();
    });
    window.webContents.on('will-prevent-unload', (event) => {
      if (leavesPage(this.#electron, window)) event.preventDefault();
      else this.#mayQuit = false;
    });
    window.on('closed', () => (this.#window = undefined));
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') void this.#onPageGone(window, reason);
    });
  }

  async #onPageGone(window: BrowserWindow, reason: string): Promise<void> {
    if (await askAfterCrash(this.#electron, this.#window, pageCrash(reason)))
      window.webContents.reload();
    else this.#electron.app.quit();
  }

  #showWindow(): void {
    if (!this.#electron.app.isReady()) return;
    if (!this.#window) this.#openWindow();
    if (this.#window?.isMinimized()) this.#window.restore();
    this.#window?.focus();
  }
}
