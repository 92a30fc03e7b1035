import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { enginePids } from '../../testing/engine-processes.ts';

const outcomeSchema = z.object({
  adapterSha256: z.string(),
  curveSha256: z.string(),
  steps: z.number(),
});

/** What a finished run left: hash of the final adapter, hash of the loss curve, steps stored. */
export type RunOutcome = z.infer<typeof outcomeSchema>;

/** Who is killed: the core with its engines orphaned, its trainer, or both at once. */
export const victims = ['core', 'trainer', 'both'] as const;
/** A process that a test kills. */
export type Victim = (typeof victims)[number];

/** A core in a process of its own that starts or resumes the run of a folder. */
export class RunProcess {
  readonly #child: ChildProcess;
  readonly #startedMs = performance.now();
  readonly #training = Promise.withResolvers<void>();
  #trainingMs: number | undefined;
  #outcome: RunOutcome | undefined;
  /** Resolves with the outcome of a finished run, or `undefined` when it was stopped. */
  readonly ended: Promise<RunOutcome | undefined>;

  constructor(folder: string) {
    const script = join(import.meta.dirname, 'fixture-resumable-run.ts');
    this.#child = spawn(process.execPath, [script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!this.#child.stdout) throw new Error('The process has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
    this.ended = once(this.#child, 'close').then(() => {
      this.#training.resolve();
      return this.#outcome;
    });
  }

  /** Resolves at the first step, or when the process ended before. */
  get training(): Promise<void> {
    return this.#training.promise;
  }

  /** Time from the start, and from the first step, until now. */
  elapsedMs(): { all: number; training: number } {
    const now = performance.now();
    return { all: now - this.#startedMs, training: now - (this.#trainingMs ?? now) };
  }

  /** Sends SIGKILL; without a trainer the core dies instead. Returns who was killed. */
  kill(victim: Victim): Victim {
    const { pid } = this.#child;
    const trainers = victim === 'core' || pid === undefined ? [] : enginePids('trainer', pid);
    const killed = trainers.length === 0 ? 'core' : victim;
    if (killed !== 'trainer') this.#child.kill('SIGKILL');
    for (const trainer of trainers) killIfAlive(trainer);
    return killed;
  }

  #hear(line: string): void {
    const [word, ...rest] = line.split(' ');
    if (word === 'training') {
      this.#trainingMs = performance.now();
      this.#training.resolve();
    }
    if (word === 'done') this.#outcome = outcomeSchema.parse(JSON.parse(rest.join(' ')));
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
