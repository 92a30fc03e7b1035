import { fork, type ChildProcess } from 'node:child_process';
import type { EngineFailure, FromEngine, RequestMap } from './protocol/frames.ts';
import { nodeRuntimePath } from './node-runtime.ts';

const stderrTailBytes = 64 * 1024;
const readyTimeoutMs = 60_000;

/** A failed request: `code` is the engine's own, or ENGINE_CRASHED when the process ended. */
export class EngineRequestError extends Error {
  readonly code: string;
  readonly data: Record<string, unknown>;
  constructor(failure: EngineFailure) {
    super(failure.message);
    this.code = failure.code;
    this.data = failure.data ?? {};
  }
}

/** Options of one request: `onEvent` sees every event frame before the promise settles. */
export interface RequestOptions<Event> {
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
  /** After an abort: time until SIGTERM, and again until SIGKILL. Default 5,000. */
  cancelGraceMs?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onEvent: ((event: unknown) => void) | undefined;
}

/** A running engine child process. It is never restarted behind the caller's back. */
export class EngineProcess<Requests extends RequestMap> implements Disposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  readonly #ready: Promise<string>;
  readonly exited: Promise<void>;
  #nextId = 1;
  #stderrTail = '';
  #exit: string | undefined;

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailBytes);
    });
    child.stdout?.resume();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#ready = promise;
    promise.catch(() => undefined);
    const timer = setTimeout(() => {
      reject(
        new EngineRequestError({ code: 'ENGINE_SILENT', message: `The ${name} did not start` }),
      );
      child.kill('SIGKILL');
    }, readyTimeoutMs);
    child.on('message', (frame: FromEngine) => {
      if (frame.kind === 'ready') {
        clearTimeout(timer);
        resolve(frame.engine);
      } else this.#onFrame(frame);
    });
    this.exited = new Promise((done) => {
      const onEnd = (code: number | null, signal: NodeJS.Signals | null, cause?: Error) => {
        if (this.#exit !== undefined) return;
        clearTimeout(timer);
        this.#exit = cause?.message ?? (signal ? `signal ${signal}` : `exit code ${code}`);
        const crash = this.#crashError();
        reject(crash);
        for (const pending of this.#pending.values()) pending.reject(crash);
        this.#pending.clear();
        done();
      };
      child.on('close', (code, signal) => onEnd(code, signal));
      child.on('error', (error) => onEnd(null, null, error));
    });
  }

  /** Forks `entry` (a URL beside this file, `.ts` from source and `.js` when compiled). */
  static start<Requests extends RequestMap>(
    name: string,
    entry: URL,
    env: NodeJS.ProcessEnv = {},
  ): EngineProcess<Requests> {
    const child = fork(entry, {
      execPath: nodeRuntimePath(),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    return new EngineProcess<Requests>(name, child);
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
    await this.#ready;
    if (this.#exit !== undefined) throw this.#crashError();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onEvent = options.onEvent as ((event: unknown) => void) | undefined;
    this.#pending.set(id, { resolve, reject, onEvent });
    this.#child.send({ kind: 'request', id, method, params });
    const stopCancel = this.#cancelOnAbort(id, options.signal, options.cancelGraceMs ?? 5000);
    try {
      return (await promise) as Requests[Method]['result'];
    } finally {
      stopCancel();
    }
  }

  /** Ends the process at once. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  [Symbol.dispose](): void {
    this.kill();
  }

  #cancelOnAbort(id: number, signal: AbortSignal | undefined, graceMs: number): () => void {
    const timers: NodeJS.Timeout[] = [];
    const cancel = () => {
      if (this.#child.connected) this.#child.send({ kind: 'cancel', id });
      timers.push(setTimeout(() => this.#child.kill('SIGTERM'), graceMs));
      timers.push(setTimeout(() => this.#child.kill('SIGKILL'), graceMs * 2));
    };
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      signal?.removeEventListener('abort', cancel);
      for (const timer of timers) clearTimeout(timer);
    };
  }

  #onFrame(frame: Exclude<FromEngine, { kind: 'ready' }>): void {
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    if (frame.kind === 'event') {
      pending.onEvent?.(frame.event);
      return;
    }
    this.#pending.delete(frame.id);
    if (frame.kind === 'result') pending.resolve(frame.result);
    else pending.reject(new EngineRequestError(frame.error));
  }

  #crashError(): EngineRequestError {
    const lastLines = this.#stderrTail.trim().split('\n').slice(-12).join('\n');
    return new EngineRequestError({
      code: 'ENGINE_CRASHED',
      message: `The ${this.#name} process ended unexpectedly (${this.#exit}).`,
      data: { exit: this.#exit, stderr: lastLines },
    });
  }
}
