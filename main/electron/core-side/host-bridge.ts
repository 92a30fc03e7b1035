import type { Job } from '../../../shared/contract/job-kinds.ts';
import { AsyncQueue } from '../../core/base/streams.ts';
import type { HostBridge } from '../../core/base/config.ts';
import type { FromCore, ToCore } from './frames.ts';

type Command = { command: string; path?: string };
type PickAnswer = Extract<ToCore, { channel: 'picked' | 'pick-failed' }>;

/** Native dialogs and menu commands of the desktop shell, over the core's IPC channel. */
export class DesktopHostBridge implements HostBridge {
  readonly #send: (frame: FromCore) => void;
  readonly #picks = new Map<number, PromiseWithResolvers<string | null>>();
  readonly #queues = new Set<AsyncQueue<Command>>();
  readonly #early: Command[] = [];
  #nextId = 1;

  constructor(send: (frame: FromCore) => void) {
    this.#send = send;
  }

  /** Set by the entry once there is a core. */
  jobChanged: (job: Job) => void = () => undefined;

  pickFile(purpose: string, suggestedName: string | undefined): Promise<string | null> {
    const id = this.#nextId++;
    const pick = Promise.withResolvers<string | null>();
    this.#picks.set(id, pick);
    this.#send({
      channel: 'pick',
      id,
      purpose,
      ...(suggestedName !== undefined && { suggestedName }),
    });
    return pick.promise;
  }

  /** Settles the dialog that `frame` answers. */
  answerPick(frame: PickAnswer): void {
    const pick = this.#picks.get(frame.id);
    this.#picks.delete(frame.id);
    if (frame.channel === 'picked') pick?.resolve(frame.path);
    else pick?.reject(new Error(frame.message));
  }

  /** Hands a menu command to every window; kept for the first one when none listens yet. */
  pushCommand(command: Command): void {
    if (this.#queues.size === 0) this.#early.push(command);
    for (const queue of this.#queues) queue.push(command);
  }

  async *commands(signal: AbortSignal | undefined): AsyncGenerator<Command> {
    const queue = new AsyncQueue<Command>();
    for (const command of this.#early.splice(0)) queue.push(command);
    const end = () => queue.end();
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
    this.#queues.add(queue);
    try {
      yield* queue;
    } finally {
      this.#queues.delete(queue);
      signal?.removeEventListener('abort', end);
    }
  }
}
