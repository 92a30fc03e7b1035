import type { Job } from '../../../shared/contract/job-kinds.ts';
import { jobEndText } from '../../../shared/text/job-end.ts';
import {
  afterStopping,
  countOngoing,
  describeOngoing,
} from '../../../shared/text/project/ongoing-work.ts';
import type { Core } from '../../core/create-core.ts';
import type { FromCore, OngoingFrame } from './frames.ts';

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
  if (!core.context.core.settings.personal().notifies) return null;
  const text = jobEndText(job);
  return text && { channel: 'job-ended', ...text };
}
