import { setTimeout } from 'node:timers/promises';
import { resultOf, type Job, type JobResult } from '../../../shared/contract/job-kinds.ts';
import { canResumeJob, isJobFinished, type JobKind } from '../../../shared/domain/job.ts';
import { formatShare, timeLeft } from '../../../shared/text/numbers.ts';
import { isRepeatedByResuming, runAdviceFor } from '../../../shared/text/error-advice.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { CancelledError, CommandError } from './command-error.ts';
import type { CoreClient } from './open-core.ts';
import { allowSaving } from './interrupt.ts';
import type { Terminal } from './terminal.ts';

/** How to wait: `detail` adds to the progress line what only the caller knows. */
export interface WaitOptions {
  terminal: Terminal;
  signal: AbortSignal;
  detail?: () => { text: string; document: Record<string, unknown> };
  /** Says how to go on; with it an abort pauses the job instead of cancelling it. */
  resumeHint?: string;
}

/**
 * Waits until a job has ended and returns its result; throws when it failed or was stopped.
 * An abort asks the job to stop and then waits for it, so that nothing is torn down half way.
 */
export async function waitForJob<Kind extends JobKind>(
  client: CoreClient,
  { jobId, kind }: { jobId: string; kind: Kind },
  options: WaitOptions,
): Promise<JobResult<Kind>> {
  const { signal } = options;
  const stop = () => askToStop(client, jobId, options);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    for (let watches = 0; watches < mostWatches; watches += 1) {
      for await (const job of await client.jobs.watch({ afterRevision: 0 })) {
        if (job.id !== jobId) continue;
        if (isJobFinished(job.state)) return requireResult(job, kind, options.resumeHint);
        showProgress(job, options);
      }
      // A merge puts another file in the project's place, and with it another list of jobs.
      await setTimeout(betweenWatchesMs);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  throw new CommandError('INVALID_STATE', `The core stopped reporting on job ${jobId}.`);
}

const mostWatches = 100;
const betweenWatchesMs = 100;

function askToStop(client: CoreClient, jobId: string, options: WaitOptions): void {
  const { terminal, resumeHint } = options;
  const canPause = resumeHint !== undefined;
  if (canPause) allowSaving(options.signal);
  terminal.note(`${canPause ? 'Pausing' : 'Cancelling'}; press Ctrl-C again to stop at once.`);
  const stopping = canPause ? client.jobs.pause({ id: jobId }) : client.jobs.cancel({ id: jobId });
  stopping.catch((error: unknown) => {
    terminal.note(`The job could not be stopped: ${String(error)}`);
  });
}

function requireResult<Kind extends JobKind>(
  job: Job,
  kind: Kind,
  resumeHint: string | undefined,
): JobResult<Kind> {
  const result = job.state === 'succeeded' ? resultOf(job, kind) : null;
  if (result !== null) return result;
  if (job.state === 'cancelled') throw new CancelledError();
  if (job.state === 'paused' && job.error === null)
    throw new CancelledError(`Paused: every finished step is saved. ${resumeHint ?? ''}`.trim());
  const { code, message, detail } = job.error ?? {
    code: 'INVALID_STATE',
    message: `The job "${job.title}" ended as ${job.state}.`,
    detail: '',
  };
  const hint = canResumeJob(job) && !isRepeatedByResuming(code) ? resumeHint : undefined;
  const advice = job.error && runAdviceFor(code);
  const text = [message, detail, advice, hint].filter(Boolean).join('\n');
  throw new CommandError(code, text, {
    jobId: job.id,
    subjectId: job.subjectId,
  });
}

function showProgress(job: Job, { terminal, detail }: WaitOptions): void {
  const { progress } = job;
  const more = detail?.();
  terminal.progress(
    progress?.phase ?? job.state,
    `${job.title}: ${progressLine(job, more?.text)}`,
    {
      jobId: job.id,
      state: job.state,
      ...progress,
      ...more?.document,
    },
  );
}

/** A job's line: what it does, how much is done, time left; `detail` replaces the job's own. */
export function progressLine(job: Job, detail = ''): string {
  const text = describeJob(job);
  const { progress } = job;
  if (job.state !== 'running' || !progress) return text;
  const { done, total, etaMs, subtask } = progress;
  const percent = total > 0 ? ` (${formatShare(Math.floor((100 * done) / total) / 100)})` : '';
  return joinFacts([text + percent, timeLeft(etaMs), subtask ? '' : detail || progress.detail]);
}
