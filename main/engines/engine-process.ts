import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseFailure, type EngineFailure, type ErrorSchemas } from './protocol/errors.ts';
import type { FromEngine, RequestMap, ToEngine } from './protocol/frames.ts';
import { confinedStart, type EngineFiles } from './confinement/confined-start.ts';
import { confinementHere, type Confinement } from './confinement/launcher.ts';
import { programFile } from './program-file.ts';

const stderrTailBytes = 64 * 1024;
/** A native abort prints its own stacks of about 20 lines below the reason. */
const stderrTailLines = 40;
const readyTimeoutMs = 60_000;
const closeTimeoutMs = 1000;
const cancelGraceMs = 800;
/** Between SIGTERM, SIGKILL, and giving up on a process that the system cannot end. */
const escalationMs = 400;

/** A failed request: the engine's own code, or ENGINE_CRASHED when the process ended. */
export class EngineRequestError extends Error {
  /** All of it in one value, whose `code` tells the type of its `data`. */
  readonly failure: EngineFailure;
  constructor(failure: EngineFailure) {
    super(failure.message);
    this.failure = failure;
  }

  get code(): EngineFailure['code'] {
    return this.failure.code;
  }

  get data(): EngineFailure['data'] {
    return this.failure.data;
  }
}

/** What a process is started from. */
export interface EngineEntry {
  /** What messages call the process. */
  name: string;
  /** The file to fork: `.ts` from source and `.js` when compiled. */
  url: URL;
  /** The codes that its protocol knows. */
  errors: ErrorSchemas;
  /** What it may use beside its own program. */
  files: EngineFiles;
  /** True when it computes on devices, whose drivers read and open more. */
  usesDrivers: boolean;
  env?: NodeJS.ProcessEnv;
  /** Flags of Node, such as a limit of memory. */
  execArgv?: string[];
}

/** Options of one request: `onEvent` sees every event frame before the promise settles. */
export interface RequestOptions<Event> {
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
  /** After an abort: time for the engine to end the request itself, before SIGTERM. Default 800. */
  cancelGraceMs?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onEvent: ((event: unknown) => void) | undefined;
}

/** Why engines are confined less than a system can; '' when nothing lacks. */
export const confinementGap = (): string => confinementHere().reason;

const exitText = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal ? `signal ${signal}` : `exit code ${code}`;

/** A running engine child process. It is never restarted behind the caller's back. */
export class EngineProcess<Requests extends RequestMap> implements Disposable, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #errors: ErrorSchemas;
  readonly #pending = new Map<number, Pending>();
  readonly #ready: Promise<string>;
  /** Resolves when the process is gone and everything it sent has been delivered; never rejects. */
  readonly exited: Promise<void>;
  #rejectReady: (error: Error) => void = () => {};
  /** Takes the process for ended, whatever the system says. */
  #giveUp: () => void = () => {};
  #nextId = 1;
  #asked = 0;
  #isRetired = false;
  #stderrTail = '';
  #exit: string | undefined;

  private constructor({ name, errors }: EngineEntry, child: ChildProcess, scratchDir: string) {
    this.#name = name;
    this.#errors = errors;
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailBytes);
    });
    child.stdout?.resume();
    this.#ready = this.#whenReady();
    this.#ready.catch(() => undefined);
    this.exited = new Promise((resolve) => {
      const end = (exit: string) => {
        this.#onExit(exit);
        rmSync(scratchDir, { recursive: true, force: true });
        resolve();
      };
      this.#giveUp = () => end('it could not be ended');
      // "close" comes after the last frame and the last line of stderr; it can be held up by a
      // grandchild that keeps stderr open.
      child.on('close', (code, signal) => end(exitText(code, signal)));
      child.on('exit', (code, signal) => {
        setTimeout(() => end(exitText(code, signal)), closeTimeoutMs).unref();
      });
      child.on('error', (error) => {
        if (child.pid === undefined) end(error.message);
      });
    });
  }

  /** Forks an engine, with our environment and its own, confined to what it is given. */
  static start<Requests extends RequestMap>(
    entry: EngineEntry,
    confinement?: Confinement,
  ): EngineProcess<Requests> {
    const { scratchDir, env, ...program } = confinedStart(entry, confinement);
    const child = fork(programFile(entry.url), {
      ...program,
      cwd: scratchDir,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...env, ...entry.env },
    });
    return new EngineProcess<Requests>(entry, child, scratchDir);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  /** Library names and versions, as the engine reported them at start. */
  get engine(): Promise<string> {
    return this.#ready;
  }

  /** Calls a method; rejects with `EngineRequestError`, also when the process dies under it. */
  async request<Method extends keyof Requests & string>(
    method: Method,
    params: Requests[Method]['params'],
    options: RequestOptions<Requests[Method]['event']> = {},
  ): Promise<Requests[Method]['result']> {
    this.#asked++;
    try {
      return await this.#ask(method, params, options);
    } finally {
      this.#asked--;
      if (this.#isRetired) this.retire();
    }
  }

  /** Ends the process as soon as everything that was asked of it is answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#asked === 0) this.kill('SIGTERM');
  }

  async #ask<Method extends keyof Requests & string>(
    method: Method,
    params: Requests[Method]['params'],
    options: RequestOptions<Requests[Method]['event']>,
  ): Promise<Requests[Method]['result']> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Requests[Method]['result']>();
    const { signal } = options;
    const stopCancel = this.#cancelOnAbort(id, signal, options.cancelGraceMs ?? cancelGraceMs);
    try {
      await this.#ready;
      if (this.#exit !== undefined) throw this.#crashError();
      this.#pending.set(id, { resolve, reject, onEvent: options.onEvent });
      this.#send({ kind: 'request', id, method, params });
      if (signal?.aborted) this.#send({ kind: 'cancel', id });
      return await promise;
    } finally {
      stopCancel();
      this.#pending.delete(id);
    }
  }

  /** Ends the process at once. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  [Symbol.dispose](): void {
    this.kill();
  }

  /**
   * Ends the process at once and waits until it is gone, its memory with it; not for one that the
   * system cannot end, as when it waits for a network disk.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    const timer = setTimeout(() => this.#giveUp(), escalationMs * 2);
    await this.exited;
    clearTimeout(timer);
  }

  #cancelOnAbort(id: number, signal: AbortSignal | undefined, graceMs: number): () => void {
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, act: () => unknown) => timers.push(setTimeout(act, graceMs + ms));
    const cancel = () => {
      // Before the request was sent this is for nobody.
      if (this.#pending.has(id)) this.#send({ kind: 'cancel', id });
      after(0, () => this.#child.kill('SIGTERM'));
      after(escalationMs, () => this.#child.kill('SIGKILL'));
      after(escalationMs * 2, () => this.#giveUp());
    };
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      signal?.removeEventListener('abort', cancel);
      for (const timer of timers) clearTimeout(timer);
    };
  }

  #whenReady(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#rejectReady = reject;
      const timer = setTimeout(() => {
        const message = `The ${this.#name} process did not start within ${readyTimeoutMs} ms.`;
        reject(new EngineRequestError({ code: 'ENGINE_SILENT', message, data: {} }));
        this.kill();
      }, readyTimeoutMs);
      this.#child.once('close', () => clearTimeout(timer));
      this.#child.on('message', (frame: FromEngine) => {
        if (frame.kind !== 'ready') return this.#onFrame(frame);
        clearTimeout(timer);
        resolve(frame.engine);
      });
    });
  }

  #onFrame(frame: Exclude<FromEngine, { kind: 'ready' }>): void {
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    if (frame.kind === 'result') pending.resolve(frame.result);
    else if (frame.kind === 'failure')
      pending.reject(new EngineRequestError(parseFailure(this.#errors, frame.error)));
    else this.#deliver(frame.id, frame.event, pending);
  }

  /** A consumer that throws (a full disk, say) fails its request, never the whole core. */
  #deliver(id: number, event: unknown, pending: Pending): void {
    try {
      pending.onEvent?.(event);
    } catch (error) {
      pending.reject(error);
      this.#pending.delete(id);
      this.#send({ kind: 'cancel', id });
    }
  }

  #send(frame: ToEngine<Requests>): void {
    // Without a channel the end of the process is near, and it rejects everything pending.
    if (this.#child.connected) this.#child.send(frame, () => undefined);
  }

  #onExit(exit: string): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    const crash = this.#crashError();
    this.#rejectReady(crash);
    for (const pending of this.#pending.values()) pending.reject(crash);
    this.#pending.clear();
  }

  #crashError(): EngineRequestError {
    const lastLines = this.#stderrTail.trim().split('\n').slice(-stderrTailLines).join('\n');
    return new EngineRequestError({
      code: 'ENGINE_CRASHED',
      message: `The ${this.#name} process ended unexpectedly (${this.#exit}).`,
      data: { exit: this.#exit ?? 'unknown', stderr: lastLines },
    });
  }
}
