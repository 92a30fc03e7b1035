import type { JobProgress } from '../../../shared/domain/job.ts';
import { ProgressMeter, type JobReport } from '../jobs/job-handler.ts';
import { SessionScoped, type ProjectSession } from '../project/project-session.ts';

/** Says how far a freeze or an export is. */
export type ReportWork = (report: JobReport) => void;

const ongoing = new SessionScoped(() => new Map<string, JobProgress | null>());

/** How far a freeze or an export is that was started under this id; null where none is. */
export const datasetProgress = (session: ProjectSession, workId: string): JobProgress | null =>
  ongoing.of(session).get(workId) ?? null;

/** Does what may take long, and keeps how far it is for who asks by the id until it ends. */
export async function withProgress<Result>(
  session: ProjectSession,
  workId: string | undefined,
  work: (report: ReportWork) => Promise<Result>,
): Promise<Result> {
  if (workId === undefined) return await work(() => undefined);
  const known = ongoing.of(session);
  const meter = new ProgressMeter();
  try {
    return await work((report) => known.set(workId, meter.measure(report)));
  } finally {
    known.delete(workId);
  }
}
