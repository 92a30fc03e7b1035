import type { JobProgress, JobSnapshot } from '../../shared/domain/job.ts';
import { isJobFinished } from '../../shared/domain/job.ts';
import { CancelledError, CommandError } from './command-error.ts';
import { formatCount, formatDuration } from './format-values.ts';
import type { CoreClient } from './open-core.ts';
import type { Terminal } from './terminal.ts';

/** How to wait: `detail` adds to the progress line what only the caller knows. */
export interface WaitOptions {
  terminal: Terminal;
  signal: AbortSignal;
  detail?: () => { text: string; document: Record<string, unknown> };
}

/**
 * Waits until a job has ended and returns its result; throws when it failed or was cancelled.
 * An abort asks the job to stop and then waits for it, so that nothing is torn down half way.
 */
export async function waitForJob(
  client: CoreClient,
  jobId: string,
  options: WaitOptions,
): Promise<NonNullable<JobSnapshot['result']>> {
  const { terminal, signal } = options;
  const cancel = () => {
    terminal.note('Cancelling; press Ctrl-C again to stop at once.');
    client.jobs.cancel({ id: jobId }).catch((error: unknown) => {
      terminal.note(`The job could not be cancelled: ${String(error)}`);
    });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const job of await client.jobs.watch({ afterRevision: 0 })) {
      if (job.id !== jobId) continue;
      if (isJobFinished(job.state)) return resultOf(job);
      showProgress(job, options);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  throw new CommandError('INVALID_STATE', `The core stopped reporting on job ${jobId}.`);
}

function resultOf(job: JobSnapshot): NonNullable<JobSnapshot['result']> {
  if (job.state === 'succeeded') return job.result ?? {};
  if (job.state === 'cancelled') throw new CancelledError();
  const { code, message, detail } = job.error ?? {
    code: 'INVALID_STATE',
    message: `The job "${job.title}" ended as ${job.state}.`,
    detail: '',
  };
  throw new CommandError(code, detail === '' ? message : `${message}\n${detail}`, {
    jobId: job.id,
    subjectId: job.subjectId,
  });
}

function showProgress(job: JobSnapshot, { terminal, detail }: WaitOptions): void {
  const progress = job.progress;
  const phase = progress?.phase ?? job.state;
  const more = detail?.();
  const text = progress ? progressText(progress, more?.text) : job.state;
  terminal.progress(phase, `${job.title}: ${text}`, {
    jobId: job.id,
    state: job.state,
    ...progress,
    ...more?.document,
  });
}

/** Progress in words: phase, how much of how much, time left; `detail` replaces the job's own. */
export function progressText(progress: JobProgress, detail = ''): string {
  const { phase, done, total, unit, etaMs } = progress;
  const amount =
    total > 0
      ? `${formatCount(done)}/${formatCount(total)} ${unit} (${Math.floor((100 * done) / total)} %)`
      : `${formatCount(done)} ${unit}`;
  const eta = etaMs === null ? '' : `ETA ${formatDuration(etaMs)}`;
  return [phase, amount, eta, detail || progress.detail].filter(Boolean).join(' · ');
}
