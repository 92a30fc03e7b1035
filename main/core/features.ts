import { importJob } from './curate/import-service.ts';
import { generateJob } from './evaluate/generate-job.ts';
import { addModelJob } from './models/model-service.ts';
import type { ProjectSession } from './project/project-session.ts';
import { exportJob } from './train/export-service.ts';
import { trainJob } from './train/train-job.ts';

/** Makes every kind of job known to a session that was just opened. */
export function registerJobs(session: ProjectSession): void {
  session.jobs.register(importJob(session));
  session.jobs.register(addModelJob(session));
  session.jobs.register(trainJob(session));
  session.jobs.register(generateJob(session));
  session.jobs.register(exportJob(session));
}
