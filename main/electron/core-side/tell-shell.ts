import type { Job } from '../../../shared/contract/job-kinds.ts';
import { formatDuration } from '../../../shared/text/numbers.ts';
import { afterStopping, countOngoing, describeOngoing } from '../../../shared/text/ongoing-work.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { describeResult, joinFacts } from '../../../shared/text/progress.ts';
import type { Core } from '../../core/create-core.ts';
import type { FromCore, OngoingFrame } from './frames.ts';

/** Shorter jobs end while one still looks. */
const longMs = 10_000;

/** What goes on, for the shell to tell and to ask about. */
export function ongoingFrame({ context: { core } }: Pick<Core, 'context'>): OngoingFrame {
  const work = core.session?.ongoing() ?? { jobs: [], answers: 0 };
  const count = work.jobs.length + work.answers;
  return {
    channel: 'ongoing',
    isBusy: count > 0,
    isRunning: work.jobs.some(({ state }) => state !== 'queued'),
    count: countOngoing(work),
    isMany: count > 1,
    lines: describeOngoing(work),
    afterStopping: afterStopping(work),
  };
}

/** What to tell of a long job that ended by itself; null of any other, and where nobody wants it. */
export function endOfJob(core: Pick<Core, 'context'>, job: Job): FromCore | null {
  const { startedMs, finishedMs, state } = job;
  if (!core.context.core.settings.personal().notifies) return null;
  if (state !== 'succeeded' && state !== 'failed') return null;
  const tookMs = (finishedMs ?? 0) - (startedMs ?? 0);
  if (tookMs < longMs) return null;
  const outcome =
    state === 'failed' ? previewLine(job.error?.message ?? '', 200) : describeResult(job);
  const body = joinFacts([`${state} after ${formatDuration(tookMs)}`, outcome]);
  return { channel: 'job-ended', title: previewLine(job.title, 80), body };
}
