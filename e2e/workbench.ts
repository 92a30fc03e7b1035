import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, ElectronApplication, Page } from '@playwright/test';
import { _electron, expect } from '@playwright/test';

const checkout = resolve(import.meta.dirname, '..');
const startTimeoutMs = 60_000;

/** The program under test with its window open, on a folder of its own. */
export interface Workbench {
  readonly page: Page;
  /** Projects, models and everything else of this test; the only files the web mode may touch. */
  readonly folder: string;
  /** True when the window has native dialogs, which `answerNextDialog` answers. */
  readonly isDesktop: boolean;
  /** Ends the program, politely or by SIGKILL, and starts it again on the same folder. */
  restart(how: 'quit' | 'kill'): Promise<void>;
  /** Makes the next native dialog answer `path`; web mode has none and throws. */
  answerNextDialog(path: string): Promise<void>;
  close(): Promise<void>;
}

function environment(folder: string): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), LIMA_USER_DATA: join(folder, 'user-data') };
}

/** `lima serve` on plain Node with its page in a browser, signed in by the printed address. */
export class WebWorkbench implements Workbench {
  readonly page: Page;
  readonly folder: string;
  readonly isDesktop = false;
  /** As it was printed at the last start, with its token. */
  address: string;
  #server: ChildProcess;
  #said: () => string;

  private constructor(page: Page, folder: string, { server, address, said }: StartedServer) {
    this.page = page;
    this.folder = folder;
    this.address = address;
    this.#server = server;
    this.#said = said;
  }

  /** What the server has printed in its terminal since it started, but for the address. */
  get said(): string {
    return this.#said();
  }

  /** Presses Ctrl-C in the terminal of the server, and waits for its words or for its end. */
  async pressCtrlC(expected: RegExp | 'end'): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGINT');
    if (expected === 'end') await ended;
    else await expect.poll(() => this.said).toMatch(expected);
  }

  static async start(browser: Browser, folder: string): Promise<WebWorkbench> {
    const started = await startServer(folder);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 840 },
      // Drawn by the processor, what turns while work goes on takes a quarter of its time.
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(started.address);
    return new WebWorkbench(page, folder, started);
  }

  async restart(how: 'quit' | 'kill'): Promise<void> {
    await stop(this.#server, how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    const { server, address, said } = await startServer(this.folder);
    this.#server = server;
    this.#said = said;
    this.address = address;
    // A new fragment alone would not load the page again.
    await this.page.goto('about:blank');
    await this.page.goto(address);
  }

  /** Ends the server and leaves its page alone with whoever takes its port. */
  endServer(how: 'quit' | 'kill' = 'quit'): Promise<void> {
    return stop(this.#server, how === 'kill' ? 'SIGKILL' : 'SIGTERM');
  }

  /** Lets the server do nothing, as behind a disk that does not answer, until it goes on. */
  holdServer(isHeld: boolean): void {
    this.#server.kill(isHeld ? 'SIGSTOP' : 'SIGCONT');
  }

  answerNextDialog(path: string): Promise<void> {
    return Promise.reject(new Error(`A browser has no native dialog to answer with ${path}.`));
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await stop(this.#server, 'SIGTERM');
  }
}

interface StartedServer {
  server: ChildProcess;
  address: string;
  said: () => string;
}

async function startServer(folder: string): Promise<StartedServer> {
  const cli = join(checkout, 'out/main/headless/cli.js');
  const server = spawn(process.execPath, [cli, 'serve', '--no-open', '--root', folder], {
    cwd: folder,
    env: environment(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(server, 'exit');
  let words = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    words += text;
  });
  const timer = setTimeout(() => server.kill('SIGKILL'), startTimeoutMs);
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line) ?? [];
      if (address) return { server, address, said: () => words };
    }
  } finally {
    clearTimeout(timer);
  }
  const [code, signal]: unknown[] = await exited;
  throw new Error(
    `"lima serve" ended (exit code ${String(code)}, signal ${String(signal)}) without printing its ` +
      'address; its words are above.',
  );
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  await ended;
  clearTimeout(timer);
}

/** The desktop app from the build in out/. */
export class DesktopWorkbench implements Workbench {
  readonly folder: string;
  readonly isDesktop = true;
  readonly #program: string;
  #app: ElectronApplication;
  #page: Page;

  private constructor(program: string, folder: string, opened: OpenedApp) {
    this.#program = program;
    this.folder = folder;
    this.#app = opened.app;
    this.#page = opened.page;
  }

  static async start(program: string, folder: string): Promise<DesktopWorkbench> {
    return new DesktopWorkbench(program, folder, await openApp(program, folder));
  }

  get page(): Page {
    return this.#page;
  }

  async restart(how: 'quit' | 'kill'): Promise<void> {
    if (how === 'quit') await this.#app.close();
    else await stop(this.#app.process(), 'SIGKILL');
    const opened = await openApp(this.#program, this.folder);
    this.#app = opened.app;
    this.#page = opened.page;
  }

  async answerNextDialog(path: string): Promise<void> {
    await this.#app.evaluate(({ dialog }, answer) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [answer] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: answer });
    }, path);
  }

  async close(): Promise<void> {
    await this.#app.close();
  }
}

interface OpenedApp {
  app: ElectronApplication;
  page: Page;
}

async function openApp(program: string, folder: string): Promise<OpenedApp> {
  const isRoot = process.getuid?.() === 0;
  const app = await _electron.launch({
    executablePath: program,
    args: [...(isRoot ? ['--no-sandbox'] : []), checkout],
    cwd: folder,
    env: environment(folder),
    timeout: startTimeoutMs,
  });
  return { app, page: await app.firstWindow() };
}
