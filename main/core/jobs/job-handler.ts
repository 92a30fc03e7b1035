import { z } from 'zod';
import { jobKinds, type JobPayload, type JobResult } from '../../../shared/contract/job-kinds.ts';
import type { JobKind, JobSubtask, JobProgress } from '../../../shared/domain/job.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { AppError } from '../base/app-error.ts';
import type { WithGuardedPaths } from '../files/guarded-path.ts';

/** What a running job reports; the service adds the ETA of the phase. */
export interface JobReport {
  phase: string;
  done: number;
  /** 0 while unknown. */
  total: number;
  unit: string;
  detail?: string;
  /** What the phase waits for; another phase would start its ETA over. */
  subtask?: JobSubtask;
}

/** Turns reports into progress with an ETA from the rate since the phase began. */
export class ProgressMeter {
  #phase = '';
  #phaseStartMs = 0;
  #phaseStartDone = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Progress after a report; the ETA is null until one percent or one second is known. */
  measure(report: JobReport): JobProgress {
    if (report.phase !== this.#phase) {
      this.#phase = report.phase;
      this.#phaseStartMs = this.#now();
      this.#phaseStartDone = report.done;
    }
    const elapsedMs = this.#now() - this.#phaseStartMs;
    const gained = report.done - this.#phaseStartDone;
    const canTell = gained > 0 && report.total > 0 && elapsedMs > 1000;
    const etaMs = canTell ? ((report.total - report.done) * elapsedMs) / gained : null;
    return {
      phase: report.phase,
      done: report.done,
      total: report.total,
      unit: report.unit,
      etaMs: etaMs === null ? null : Math.max(0, Math.round(etaMs)),
      detail: report.detail ?? '',
      subtask: report.subtask ?? null,
    };
  }
}

/** What a handler gets: each path in it went through the guard when the job began, also a stored one. */
export type GuardedPayload<Kind extends JobKind = JobKind> = WithGuardedPaths<JobPayload<Kind>>;

/** Reads what a job is to do: another version, or anybody, may have stored it. */
export function storedPayload(id: string, kind: JobKind, stored: unknown): JobPayload {
  const parsed = jobKinds[kind].payload.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'PROJECT_INVALID',
    `The job ${id} cannot go on: what it was to do is stored in a way that this program does not ` +
      `understand (${previewLine(z.prettifyError(parsed.error), 300)}). Start it anew.`,
  );
}

/** What a job is called, and what its handler gets. */
export interface NewJob<Kind extends JobKind> {
  kind: Kind;
  title: string;
  subjectId: string | null;
  payload: GuardedPayload<Kind>;
}

const publishEveryMs = 250;

/** Lets a report through when its phase is new, at its end, or so long after the last one. */
export class ReportPace {
  #lastMs = 0;
  #lastPhases = '';

  /** Whether to publish this report; the one that is asked for is the last one then. */
  isDue(report: JobReport): boolean {
    const isLast = report.total > 0 && report.done >= report.total;
    const phases = `${report.phase}/${report.subtask?.phase ?? ''}`;
    const isDue =
      Date.now() - this.#lastMs >= publishEveryMs || phases !== this.#lastPhases || isLast;
    if (!isDue) return false;
    this.#lastMs = Date.now();
    this.#lastPhases = phases;
    return true;
  }
}

/** What a handler gets beside its payload. */
export interface JobContext {
  jobId: string;
  /** Aborts when the job has to end. */
  signal: AbortSignal;
  /** Aborts when the job should save and end by throwing `JobStopped`; only for kinds that pause. */
  pausing: AbortSignal;
  report(report: JobReport): void;
  /**
   * From here on this file no longer tells how the job ends: the one that takes its place does.
   * Closing does not wait for it, and nothing more of it is stored here.
   */
  handOver(): void;
}

/**
 * Thrown by a handler whose job goes on later: it was paused, or its engine crashed. `cause` is
 * what a person should know about, when nobody asked for the stop.
 */
export class JobStopped extends Error {
  readonly event: 'paused' | 'crash';
  constructor(event: 'paused' | 'crash', cause?: unknown) {
    super(`The job has to be resumed (${event})`, { cause });
    this.event = event;
  }
}

/**
 * How one kind of job is done. `execute` throws when aborted; what it stored until then stays.
 * Jobs of one resource run one at a time, those of the others beside them.
 */
export interface JobHandler<Kind extends JobKind = JobKind> {
  kind: Kind;
  resource: 'accelerator' | 'disk' | 'reviews';
  /**
   * True when what it began must not stay half done: cancelling a job that does not run runs it once
   * more, with a signal that has aborted, and an error leaves it interrupted.
   */
  takesBack?: boolean;
  execute(payload: GuardedPayload<Kind>, context: JobContext): Promise<JobResult<Kind>>;
  /** Called once a success is stored: removes what only a resume would need. */
  cleanUp?(payload: GuardedPayload<Kind>): Promise<void>;
}

/** A job that runs, with the ways to stop it. */
export interface RunningJob {
  controller: AbortController;
  pausing: AbortController;
  settled: Promise<void>;
}

/** A job that a person starts now, as it is stored. */
export interface StartedJob {
  id: string;
  kind: JobKind;
  payload: unknown;
}
