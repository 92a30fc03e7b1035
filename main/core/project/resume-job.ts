import type { Job } from '../../../shared/contract/job-kinds.ts';
import { jobPayload } from '../../store/repositories/jobs.ts';
import { modelsOfJob, waitingJob } from '../../store/repositories/project/project-contents.ts';
import { AppError, found } from '../base/app-error.ts';
import type { ProjectSession } from './project-session.ts';

/**
 * Puts a stopped job back into the queue. One that was not started on this machine, or was changed
 * since, is refused with its kind and every path that it would use, until a person confirms it.
 */
export function resumeJob(
  session: ProjectSession,
  { id, isConfirmed }: { id: string; isConfirmed: boolean },
): Job {
  const { db } = session.file;
  const job = found(waitingJob(db, id), 'job', id);
  const payload = jobPayload(db, id);
  if (!session.own.hasJob({ id, kind: job.kind, payload })) {
    if (!isConfirmed) throw fromElsewhere(job);
    session.own.addJob({ id, kind: job.kind, payload });
    // Their paths were among those that the person saw.
    for (const model of modelsOfJob(db, id)) session.own.addModel(model);
  }
  return session.jobs.resume(id);
}

function fromElsewhere({
  id,
  kind,
  title,
  paths,
}: ReturnType<typeof waitingJob> & object): AppError {
  const files = paths.length === 0 ? 'It names no file.' : `It would use ${paths.join(', ')}.`;
  return new AppError(
    'JOB_FROM_ELSEWHERE',
    `“${title}” (${kind}) was not started on this machine, or was changed since. ${files} Confirm it to let it go on.`,
    { id, kind, paths: paths.join('\n') },
  );
}
