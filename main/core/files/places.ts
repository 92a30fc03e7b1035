import { fork, type ChildProcess } from 'node:child_process';
import { AppError } from '../base/app-error.ts';
import { workerBeside } from '../base/run-worker.ts';
import { orAborted } from '../base/streams.ts';

/** How long a place may take to answer; a disk that sleeps needs some seconds. */
export const placeTimes = {
  /** Where a person waits for it. */
  askedMs: 5000,
  /** Of one thing among others in a list. */
  listedMs: 1500,
  /** For the process that asks to start, on a machine that is busy. */
  startMs: 30_000,
  /** After which the process goes when nothing is asked. */
  idleMs: 60_000,
};

/** What is asked of the system about a path. */
export type PlaceQuestion =
  { ask: 'link' | 'look'; path: string } | { ask: 'list'; path: string; most: number };

/** One thing in a folder. */
export interface PlaceEntry {
  name: string;
  path: string;
  isFolder: boolean;
  sizeBytes: number;
  modifiedMs: number;
}

/** What the system answers. */
export type PlaceAnswer =
  | { kind: 'ready' }
  | { kind: 'failed'; code: string }
  | { kind: 'link'; target: string | null }
  | { kind: 'look' }
  | { kind: 'list'; entries: PlaceEntry[]; isStuck: boolean };

/** Who waits for an answer, and how long. */
export interface PlaceWait {
  signal?: AbortSignal | undefined;
  /** Default `placeTimes.askedMs`. */
  mostMs?: number;
}

/** A place that does not answer: a network drive that is gone, or a file system that hangs. */
export class SilentPlace extends AppError<'FILE_UNREADABLE'> {
  constructor(path: string, mostMs: number) {
    super(
      'FILE_UNREADABLE',
      `${path} does not answer: nothing came within ${mostMs / 1000} s from the disk that it is on, ` +
        'as from a network drive that is gone. Connect it again and try once more, or choose another place.',
      { path },
    );
  }
}

class ProcessGone extends Error {}

/** One process that asks; it is killed once somebody waited in vain and all others are answered. */
class AskingProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<PlaceAnswer>>();
  #nextId = 1;
  #isRetired = false;
  readonly ready: Promise<PlaceAnswer>;

  constructor() {
    // Threads for places that hang, so that others are answered meanwhile.
    this.#child = fork(workerBeside(import.meta.url, 'places-worker'), {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '64' },
    });
    this.#child.unref();
    this.#child.channel?.unref();
    this.ready = this.#expect(0);
    this.#child.on('message', ({ id, answer }: { id: number; answer: PlaceAnswer }) => {
      this.#waiting.get(id)?.resolve(answer);
      this.forget(id);
    });
    this.#child.on('exit', () => this.#end());
    this.#child.on('error', () => this.#end());
  }

  get isUsable(): boolean {
    return !this.#isRetired && this.#child.connected;
  }

  ask(question: PlaceQuestion): { id: number; answer: Promise<PlaceAnswer> } {
    const id = this.#nextId++;
    const answer = this.#expect(id);
    // Held while somebody waits: an answer that is due is no reason to exit before it.
    this.#child.channel?.ref();
    this.#child.send({ id, question }, (error) => error && this.#end());
    return { id, answer };
  }

  /** Nobody waits for this answer any more. */
  forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    this.#child.channel?.unref();
    if (this.#isRetired) this.kill();
  }

  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0) this.kill();
  }

  kill(): void {
    this.#isRetired = true;
    this.#child.kill('SIGKILL');
  }

  #expect(id: number): Promise<PlaceAnswer> {
    const waiting = Promise.withResolvers<PlaceAnswer>();
    // Whoever waits hears of it; where nobody does any more, it is no failure of the program.
    waiting.promise.catch(() => undefined);
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  #end(): void {
    this.#isRetired = true;
    for (const { reject } of this.#waiting.values()) reject(new ProcessGone());
    this.#waiting.clear();
  }
}

/**
 * Asks the system about paths that a person or a project names, in a process of its own: one on a
 * network drive that is gone may hang for ever, and nothing can take such a question back.
 */
class Places {
  #process: AskingProcess | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** Where a link leads, `undefined` for anything else; follows nothing. */
  async link(path: string, wait?: PlaceWait): Promise<string | undefined> {
    const answer = await this.#ask({ ask: 'link', path }, wait);
    return answer.kind === 'link' ? (answer.target ?? undefined) : undefined;
  }

  /** Comes back once the system has looked at a path, whatever it found. */
  async look(path: string, wait?: PlaceWait): Promise<void> {
    await this.#ask({ ask: 'look', path }, wait);
  }

  /** What lies in a folder, in no order; what does not answer is left out. */
  async list(path: string, most: number, wait?: PlaceWait): Promise<PlaceEntry[]> {
    const answer = await this.#ask({ ask: 'list', path, most }, wait);
    if (answer.kind === 'list') return answer.entries;
    throw systemError(answer.kind === 'failed' ? answer.code : answer.kind, path);
  }

  async #ask(question: PlaceQuestion, wait: PlaceWait = {}): Promise<PlaceAnswer> {
    for (let tries = 1; ; tries += 1) {
      wait.signal?.throwIfAborted();
      const asking = this.#current();
      try {
        return await this.#askOne(asking, question, wait);
      } catch (error) {
        if (!(error instanceof ProcessGone) || tries === mostTries) throw error;
      }
    }
  }

  async #askOne(
    asking: AskingProcess,
    question: PlaceQuestion,
    { signal, mostMs = placeTimes.askedMs }: PlaceWait,
  ): Promise<PlaceAnswer> {
    await within(asking.ready, placeTimes.startMs, signal).catch((error: unknown) => {
      if (error !== signal?.reason) asking.kill();
      throw error;
    });
    const { id, answer } = asking.ask(question);
    try {
      const found = await within(answer, mostMs, signal);
      if (found.kind === 'list' && found.isStuck) asking.retire();
      return found;
    } catch (error) {
      // Its thread is lost, be it by a place that hangs or by one that nobody waits for.
      asking.forget(id);
      asking.retire();
      throw error instanceof LateAnswer ? new SilentPlace(question.path, mostMs) : error;
    }
  }

  #current(): AskingProcess {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#process?.retire(), placeTimes.idleMs).unref();
    if (!this.#process?.isUsable) this.#process = new AskingProcess();
    return this.#process;
  }
}

/** One process for all of this program. */
export const places = new Places();

const mostTries = 3;

class LateAnswer extends Error {}

async function within<Value>(
  work: Promise<Value>,
  mostMs: number,
  signal: AbortSignal | undefined,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new LateAnswer()), mostMs);
  try {
    return await orAborted(Promise.race([work, promise]), signal);
  } finally {
    clearTimeout(timer);
  }
}

const systemError = (code: string, path: string) =>
  Object.assign(new Error(`${code}: ${path}`), { code, path });
