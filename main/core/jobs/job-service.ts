import {
  canPauseJob,
  canResumeJob,
  isJobFinished,
  nextJobState,
  type JobEvent,
  type JobKind,
  type JobState,
} from '../../../shared/domain/job.ts';
import {
  jobSchema,
  type Job,
  type JobChange,
  type JobPayload,
  type JobResult,
} from '../../../shared/contract/job-kinds.ts';
import { withTransaction, type Database } from '../../store/database.ts';
import {
  findJob,
  insertJob,
  isJobWanted,
  jobPayload,
  listJobs,
  updateJob,
  type StoredJob,
} from '../../store/repositories/jobs.ts';
import { AppError, found } from '../base/app-error.ts';
import { Broadcast, orAborted } from '../base/streams.ts';
import type { PathGuard } from '../files/path-guard.ts';
import { toJobError } from '../base/explain-error.ts';
import type { Log } from '../base/log.ts';
import {
  JobStopped,
  type JobContext,
  type JobHandler,
  type NewJob,
  ProgressMeter,
  type RunningJob,
  ReportPace,
  type JobReport,
  storedPayload,
} from './job-handler.ts';

// One count for the whole process: a watcher that outlives a project must not miss the next one's.
let lastRevision = 0;

/** Time for a cancelled job to end by itself: it may wait for a disk that never answers. */
const cancelGraceMs = 1800;

/** Time to save for a job that is ended because the project closes. */
const savingGraceMs = 5000;

/** Runs jobs: a row each, a state machine, one accelerator job at a time. */
export class JobService {
  onStart: (job: NewJob<JobKind> & { id: string }) => void = () => undefined;
  /** Called when a job has another state than before. */
  onState: (job: Job) => void = () => undefined;
  readonly #db: Database;
  readonly #handlers = new Map<JobKind, JobHandler>();
  readonly #running = new Map<string, RunningJob>();
  readonly #changes = new Broadcast<JobChange>();
  readonly #snapshots = new Map<string, Job>();
  readonly #handedOver = new Set<string>();
  readonly #log: Log;
  readonly #paths: Pick<PathGuard, 'reachedPaths'>;
  #isReadOnly: boolean;
  /** Why nothing runs any more, although nobody closes the project. */
  #suspension: AppError | null = null;
  #isClosing = false;

  constructor(
    db: Database,
    { log, paths }: { log: Log; paths: Pick<PathGuard, 'reachedPaths'> },
    isReadOnly = false,
  ) {
    this.#db = db;
    this.#log = log;
    this.#paths = paths;
    this.#isReadOnly = isReadOnly;
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
  start<Kind extends JobKind>(
    job: NewJob<Kind>,
    storeSubject: (jobId: string) => void = () => undefined,
  ): Job {
    const stored = withTransaction(this.#db, () => {
      const inserted = insertJob(this.#db, job);
      storeSubject(inserted.id);
      return inserted;
    });
    this.onStart({ ...job, id: stored.id });
    setImmediate(() => this.#schedule());
    return this.#store(stored, false);
  }

  /** Every known job, oldest first. */
  list(): Job[] {
    return [...this.#snapshots.values()];
  }

  /** One job, or NOT_FOUND. */
  get(id: string): Job {
    const stored = this.#snapshots.get(id);
    if (stored) return stored;
    return jobSchema.parse({ ...found(findJob(this.#db, id), 'job', id), revision: 0 });
  }

  /** Snapshots above a revision, then each change, until the signal aborts or the project closes. */
  watch(afterRevision: number, signal: AbortSignal | undefined): AsyncGenerator<JobChange> {
    const known = () => this.list().filter((job) => job.revision > afterRevision);
    return this.#changes.subscribe(signal, known);
  }

  /** Forgets the jobs whose subject was deleted, and tells so to whoever watches. */
  forgetDeleted(): void {
    for (const job of this.list()) {
      const isOver = isJobFinished(job.state) && !this.#running.has(job.id);
      if (!isOver || isJobWanted(this.#db, job.id)) continue;
      this.#snapshots.delete(job.id);
      this.#changes.publish({ ...job, revision: ++lastRevision, isForgotten: true });
    }
  }

  /** Persists that it shall be cancelled, then tells the handler. A finished job stays as it is. */
  cancel(id: string): Job {
    const job = this.get(id);
    const state = nextJobState(job.state, 'cancel');
    if (!state) return job;
    const handler = this.#handlers.get(job.kind);
    if (handler?.takesBack && state === 'cancelled') return this.#takeBack(job, handler);
    const next = this.#stop(job, state);
    this.#running.get(id)?.controller.abort();
    return next;
  }

  #stop(job: Job, state: JobState): Job {
    const end = isJobFinished(state) ? { finishedMs: Date.now() } : {};
    return this.#store({ ...job, state, ...end }, true);
  }

  #takeBack(job: Job, handler: JobHandler): Job {
    const controller = new AbortController();
    controller.abort();
    this.#run({ ...job, error: null, finishedMs: null }, handler, controller);
    return this.get(job.id);
  }

  /** Persists that it shall pause, then tells the handler; refused when the kind cannot pause. */
  pause(id: string): Job {
    const job = this.get(id);
    if (job.state === 'pausing' || job.state === 'paused') return job;
    const state = canPauseJob(job) ? nextJobState(job.state, 'pause') : undefined;
    if (!state)
      throw new AppError('INVALID_STATE', `“${job.title}” is ${job.state} and cannot be paused`, {
        id,
        state: job.state,
      });
    const next = this.#stop(job, state);
    this.#running.get(id)?.pausing.abort();
    return next;
  }

  /** Puts a stopped job back into the queue; refused when its kind cannot go on. */
  resume(id: string): Job {
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

  /** What is queued or running; nothing once the project's files ended it. */
  get ongoing(): Job[] {
    if (this.#suspension) return [];
    return this.list().filter((job) => !isJobFinished(job.state));
  }

  /** Stops every job, marks it interrupted and waits until it saved and its engine is gone. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const own = [...this.#running].filter(([id]) => !this.#handedOver.has(id));
    await Promise.all(own.map(([id, running]) => this.#end(id, running)));
    for (const job of this.list()) if (job.state === 'queued') this.#move(job, 'crash');
    this.#changes.end();
  }

  /**
   * Stops every job because nothing can be stored any more: those that can be asked to save first,
   * and all of them can go on where what is stored is opened again. Resolves when they ended.
   */
  async suspend(cause: AppError): Promise<void> {
    this.#suspension ??= cause;
    this.#isReadOnly = true;
    await Promise.all([...this.#running].map(([id, running]) => this.#end(id, running)));
  }

  async #end(id: string, { controller, pausing, settled }: RunningJob): Promise<void> {
    const canSave = canPauseJob(this.get(id)) || pausing.signal.aborted;
    pausing.abort();
    if (!canSave) controller.abort();
    const timer = setTimeout(() => controller.abort(), savingGraceMs);
    await settled;
    clearTimeout(timer);
  }

  #schedule(): void {
    if (this.#isClosing || this.#suspension) return;
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

  #run(job: Job, handler: JobHandler, controller = new AbortController()): void {
    const pausing = new AbortController();
    const state = controller.signal.aborted ? 'cancelling' : 'running';
    this.#store({ ...job, state, startedMs: Date.now() }, true);
    const signals = { signal: controller.signal, pausing: pausing.signal };
    const settled = this.#execute(job.id, handler, signals).finally(() => {
      this.#running.delete(job.id);
      this.#schedule();
    });
    this.#running.set(job.id, { controller, pausing, settled });
  }

  async #execute(
    id: string,
    handler: JobHandler,
    signals: Pick<JobContext, 'signal' | 'pausing'>,
  ): Promise<void> {
    try {
      const stored = storedPayload(id, handler.kind, jobPayload(this.#db, id));
      const { signal } = signals;
      const payload = await this.#paths.reachedPaths<JobPayload>(stored, { signal });
      const handOver = () => void this.#handedOver.add(id);
      const context = { ...signals, jobId: id, report: this.#reporter(id), handOver };
      const work = handler.execute(payload, context);
      // What has to be taken back is waited for, however long that takes.
      const result = await (handler.takesBack ? work : orAborted(work, signal, cancelGraceMs));
      if (this.#handedOver.has(id)) return;
      this.#finish(id, 'succeed', { result });
      await handler.cleanUp?.(payload);
    } catch (error) {
      if (isJobFinished(this.get(id).state) || this.#handedOver.has(id))
        this.#log.write(`job ${id} ended: ${String(error)}`);
      else if (handler.takesBack && error !== signals.signal.reason) this.#interrupt(id, error);
      else this.#finishBadly(id, error, signals.signal);
    }
  }

  #interrupt(id: string, error: unknown): void {
    const jobError = toJobError(error, `job ${id}`, this.#log);
    this.#log.write(`job ${id} was interrupted: ${jobError.code} ${jobError.message}`);
    const job = { ...this.get(id), error: jobError, finishedMs: Date.now() };
    this.#store({ ...job, state: 'interrupted' }, true);
  }

  #finishBadly(id: string, error: unknown, signal: AbortSignal): void {
    const stop = error instanceof JobStopped ? error : undefined;
    if (this.#suspension) return this.#finishSuspended(id, stop, this.#suspension);
    const wasPaused = stop?.event === 'paused' && this.get(id).state === 'pausing';
    if (this.#isClosing) return this.#finish(id, wasPaused ? 'paused' : 'crash', {});
    if (signal.aborted) return this.#finish(id, 'stopped', {});
    if (stop && stop.cause === undefined) return this.#finish(id, stop.event, {});
    const jobError = toJobError(stop ? stop.cause : error, `job ${id}`, this.#log);
    this.#log.write(`job ${id} stopped: ${jobError.code} ${jobError.message}`);
    this.#finish(id, stop?.event ?? 'fail', { error: jobError });
  }

  #finishSuspended(id: string, stop: JobStopped | undefined, cause: AppError): void {
    const isPaused = stop?.event === 'paused' && nextJobState(this.get(id).state, 'paused');
    const error = toJobError(cause, `job ${id}`, this.#log);
    this.#finish(id, isPaused ? 'paused' : 'crash', { error });
  }

  #reporter(id: string): (report: JobReport) => void {
    const meter = new ProgressMeter();
    const pace = new ReportPace();
    return (report) => {
      const progress = meter.measure(report);
      if (pace.isDue(report)) this.#store({ ...this.get(id), progress }, false);
    };
  }

  #finish(
    id: string,
    event: JobEvent,
    end: { result?: JobResult; error?: StoredJob['error'] },
  ): void {
    this.#move({ ...this.get(id), ...end }, event);
  }

  #move(job: StoredJob, event: JobEvent): void {
    const state = nextJobState(job.state, event);
    if (!state) throw new Error(`A ${job.state} job cannot ${event}`);
    this.#store({ ...job, state, finishedMs: Date.now() }, true);
  }

  #store(job: StoredJob, isDurable: boolean): Job {
    const snapshot = jobSchema.parse({ ...job, revision: ++lastRevision });
    if (isDurable) this.#persist(snapshot);
    const before = this.#snapshots.get(job.id)?.state;
    this.#snapshots.set(job.id, snapshot);
    this.#changes.publish(snapshot);
    if (before !== job.state) this.onState(snapshot);
    return snapshot;
  }

  #persist(job: Job): void {
    if (this.#isReadOnly) return;
    try {
      updateJob(this.#db, job);
    } catch (error) {
      // What a job did counts once it is stored.
      if (this.#suspension && job.state === 'succeeded') throw this.#suspension;
      // A full disk must not hide how the job ended: the window still shows it.
      this.#log.write(`job ${job.id} (${job.state}) could not be stored: ${String(error)}`);
    }
  }
}
