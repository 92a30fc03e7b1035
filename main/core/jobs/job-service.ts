import {
  canResumeJob,
  isJobFinished,
  nextJobState,
  type JobEvent,
  type JobKind,
  type JobSnapshot,
} from '../../../shared/domain/job.ts';
import { withTransaction, type Database } from '../../store/database.ts';
import {
  findJob,
  insertJob,
  jobPayload,
  listJobs,
  updateJob,
  type StoredJob,
} from '../../store/job-repository.ts';
import { AppError, found } from '../app-error.ts';
import { Broadcast } from '../broadcast.ts';
import { toJobError } from '../explain-error.ts';
import type { Log } from '../log.ts';
import type { JobHandler, JobReport, JobResult } from './job-handler.ts';
import { ProgressMeter } from './progress-meter.ts';

const publishEveryMs = 250;

// One count for the whole process: a watcher that outlives a project must not miss the next one's.
let lastRevision = 0;

/** What a job is called, and what its handler gets. */
export interface NewJob {
  kind: JobKind;
  title: string;
  subjectId: string | null;
  payload: unknown;
}

interface Running {
  controller: AbortController;
  settled: Promise<void>;
}

/** Runs jobs: a row each, a state machine, one accelerator job at a time. */
export class JobService {
  readonly #db: Database;
  readonly #handlers = new Map<JobKind, JobHandler>();
  readonly #running = new Map<string, Running>();
  readonly #changes = new Broadcast<JobSnapshot>();
  readonly #snapshots = new Map<string, JobSnapshot>();
  readonly #log: Log;
  #isClosing = false;

  constructor(db: Database, log: Log) {
    this.#db = db;
    this.#log = log;
    for (const job of listJobs(db)) {
      const state = isJobFinished(job.state) ? undefined : nextJobState(job.state, 'crash');
      this.#store(state ? { ...job, state, finishedMs: Date.now() } : job, state !== undefined);
    }
  }

  /** Makes a kind of job known; once per kind. */
  register(handler: JobHandler): void {
    this.#handlers.set(handler.kind, handler);
  }

  /**
   * Stores a queued job and starts it as soon as its resource is free. `storeSubject` stores what
   * the job works on in the same transaction: both are there, or neither.
   */
  start(job: NewJob, storeSubject: (jobId: string) => void = () => undefined): JobSnapshot {
    const stored = withTransaction(this.#db, () => {
      const inserted = insertJob(this.#db, job);
      storeSubject(inserted.id);
      return inserted;
    });
    const snapshot = this.#store(stored, false);
    setImmediate(() => this.#schedule());
    return snapshot;
  }

  /** Every known job, oldest first. */
  list(): JobSnapshot[] {
    return [...this.#snapshots.values()];
  }

  /** One job, or NOT_FOUND. */
  get(id: string): JobSnapshot {
    const stored = this.#snapshots.get(id);
    if (stored) return stored;
    return { ...found(findJob(this.#db, id), 'job', id), revision: 0 };
  }

  /** Snapshots above a revision, then each change, until the signal aborts or the project closes. */
  watch(afterRevision: number, signal: AbortSignal | undefined): AsyncGenerator<JobSnapshot> {
    const known = () => this.list().filter((job) => job.revision > afterRevision);
    return this.#changes.subscribe(signal, known);
  }

  /** Persists the wish to cancel, then tells the handler. A finished job stays as it is. */
  cancel(id: string): JobSnapshot {
    const job = this.get(id);
    const state = nextJobState(job.state, 'cancel');
    if (!state) return job;
    const next = this.#store(
      { ...job, state, ...(isJobFinished(state) && { finishedMs: Date.now() }) },
      true,
    );
    this.#running.get(id)?.controller.abort();
    return next;
  }

  /** Puts a stopped job back into the queue; refused when its kind cannot go on. */
  resume(id: string): JobSnapshot {
    const job = this.get(id);
    const state = nextJobState(job.state, 'resume');
    if (!state || !canResumeJob(job) || this.#running.has(id))
      throw new AppError('INVALID_STATE', `“${job.title}” is ${job.state} and cannot be resumed`, {
        id,
        state: job.state,
      });
    const next = this.#store(
      { ...job, state, error: null, startedMs: null, finishedMs: null },
      true,
    );
    this.#schedule();
    return next;
  }

  /** True while something is queued or running. */
  get isBusy(): boolean {
    return this.list().some((job) => !isJobFinished(job.state));
  }

  /** Stops every job, marks it interrupted and waits until its engine is gone. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort();
    await Promise.all(running.map(({ settled }) => settled));
    for (const job of this.list()) if (job.state === 'queued') this.#move(job, 'crash');
    this.#changes.end();
  }

  #schedule(): void {
    if (this.#isClosing) return;
    for (const job of this.list()) {
      const handler = job.state === 'queued' ? this.#handlers.get(job.kind) : undefined;
      if (handler && !this.#isTaken(handler.resource)) this.#run(job, handler);
    }
  }

  #isTaken(resource: JobHandler['resource']): boolean {
    return [...this.#running.keys()].some(
      (id) => this.#handlers.get(this.get(id).kind)?.resource === resource,
    );
  }

  #run(job: JobSnapshot, handler: JobHandler): void {
    const controller = new AbortController();
    this.#store({ ...job, state: 'running', startedMs: Date.now() }, true);
    const settled = this.#execute(job.id, handler, controller.signal).finally(() => {
      this.#running.delete(job.id);
      this.#schedule();
    });
    this.#running.set(job.id, { controller, settled });
  }

  async #execute(id: string, handler: JobHandler, signal: AbortSignal): Promise<void> {
    const report = this.#reporter(id);
    try {
      const payload = jobPayload(this.#db, id);
      const result = await handler.execute(payload, { jobId: id, signal, report });
      this.#finish(id, 'succeed', { result });
    } catch (error) {
      if (this.#isClosing) this.#finish(id, 'crash', {});
      else if (signal.aborted) this.#finish(id, 'stopped', {});
      else {
        const jobError = toJobError(error, `job ${id}`, this.#log);
        this.#log.write(`job ${id} failed: ${jobError.code} ${jobError.message}`);
        this.#finish(id, 'fail', { error: jobError });
      }
    }
  }

  #reporter(id: string): (report: JobReport) => void {
    const meter = new ProgressMeter();
    let lastMs = 0;
    let lastPhase = '';
    return (report) => {
      const progress = meter.measure(report);
      const isLast = report.total > 0 && report.done >= report.total;
      const isDue = Date.now() - lastMs >= publishEveryMs || report.phase !== lastPhase || isLast;
      if (!isDue) return;
      lastMs = Date.now();
      lastPhase = report.phase;
      this.#store({ ...this.get(id), progress }, false);
    };
  }

  #finish(
    id: string,
    event: JobEvent,
    end: { result?: JobResult; error?: StoredJob['error'] },
  ): void {
    this.#move({ ...this.get(id), ...end }, event);
  }

  #move(job: JobSnapshot, event: JobEvent): void {
    const state = nextJobState(job.state, event);
    if (!state) throw new Error(`A ${job.state} job cannot ${event}`);
    this.#store({ ...job, state, finishedMs: Date.now() }, true);
  }

  #store(job: StoredJob, isDurable: boolean): JobSnapshot {
    const snapshot = { ...job, revision: ++lastRevision };
    this.#snapshots.set(job.id, snapshot);
    if (isDurable) this.#persist(snapshot);
    this.#changes.publish(snapshot);
    return snapshot;
  }

  #persist(job: JobSnapshot): void {
    try {
      updateJob(this.#db, job);
    } catch (error) {
      // A full disk must not hide how the job ended: the window still shows it.
      this.#log.write(`job ${job.id} (${job.state}) could not be stored: ${String(error)}`);
    }
  }
}
