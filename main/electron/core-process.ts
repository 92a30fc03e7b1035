import { spawn, type ChildProcess } from 'node:child_process';
import type { FromCore, ToCore } from './core-side/frames.ts';

const stderrTailBytes = 16 * 1024;
const quitGraceMs = 15_000;
const termGraceMs = 3000;

/** How the core ended: what happened and its last words on stderr. */
export interface CoreExit {
  reason: string;
  stderr: string;
}

/** What starting the core takes. */
export interface CoreStart {
  nodeRuntime: string;
  entry: string;
  userDataDir: string;
  onFrame(frame: Exclude<FromCore, { channel: 'ready' }>): void;
}

/** The core on plain Node. It ends by itself when this process goes away, however that happens. */
export class CoreProcess {
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  /** Settles when the process has ended, whether asked to or not. */
  readonly exited: Promise<CoreExit>;
  #isClosing = false;

  constructor(start: CoreStart) {
    // Not fork(): Electron replaces it and sets up the child as an Electron binary.
    const child = spawn(start.nodeRuntime, [start.entry, start.userDataDir], {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      serialization: 'json',
      // As for the command line: threads that wait for a hung disk are lost, so there are more.
      env: { UV_THREADPOOL_SIZE: '16', ...plainEnvironment(process.env) },
      windowsHide: true,
    });
    this.#child = child;
    child.on('message', (frame: FromCore) => {
      if (frame.channel === 'ready') this.#ready.resolve();
      else start.onFrame(frame);
    });
    this.exited = this.#watchExit(child);
    this.#ready.promise.catch(() => undefined);
  }

  /** Settles when the core answers; rejects when it ended before that. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Sends a frame; nothing happens when the core has gone, `exited` tells. */
  send(frame: ToCore): void {
    if (this.#child.connected) this.#child.send(frame, () => undefined);
  }

  /** Lets the core put the project back into one file; ends it by force when it takes too long. */
  async close(graceMs = quitGraceMs): Promise<void> {
    this.#isClosing = true;
    this.send({ channel: 'quit' });
    const timers = [
      setTimeout(() => this.#child.kill('SIGTERM'), graceMs),
      setTimeout(() => this.#child.kill('SIGKILL'), graceMs + termGraceMs),
    ];
    await this.exited;
    for (const timer of timers) clearTimeout(timer);
  }

  #watchExit(child: ChildProcess): Promise<CoreExit> {
    let tail = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      tail = (tail + text).slice(-stderrTailBytes);
    });
    return new Promise((resolve) => {
      const end = (reason: string) => {
        this.#ready.reject(new Error(`The core ended before it was ready (${reason}).`));
        resolve({ reason, stderr: tail.trim().split('\n').slice(-12).join('\n') });
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
    });
  }
}

/** The environment without what would change how plain Node runs. */
export function plainEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(NODE|ELECTRON)_/.test(name));
  return Object.fromEntries(kept);
}
