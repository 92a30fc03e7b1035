import { formatQuantity } from '../../shared/text/numbers.ts';
import { nextStep } from '../../shared/domain/project/pipeline.ts';
import { backupsOf, startBackups } from './backups/session-backups.ts';
import { rowChecksOf, startRowChecks } from './checksums/row-checks.ts';
import { emptyBinJob } from './curate/bin-service.ts';
import { tidyDatasets } from './curate/dataset-service.ts';
import { importJob } from './curate/import-service.ts';
import { recoverReviews, reviewJob } from './curate/review-service.ts';
import { scanJob } from './curate/scan-service.ts';
import { selectJob } from './curate/selection-service.ts';
import { mergeJob, removeMergeScratch } from './merge/merge-service.ts';
import { packetJob } from './merge/packet-service.ts';
import { generateJob } from './evaluate/generate-job.ts';
import { judgeJob } from './evaluate/judge/judge-job.ts';
import { studyJob } from './evaluate/study/study-job.ts';
import { addModelJob } from './models/model-service.ts';
import { pipelineFacts } from './pipeline-service.ts';
import type { ProjectFeatures } from './project/core-state.ts';
import { adoptCheckpoints } from './train/adopt-checkpoints.ts';
import { exportJob } from './train/export-service.ts';
import { trainJob } from './train/train-job.ts';

const jobsOf = [
  importJob,
  scanJob,
  selectJob,
  addModelJob,
  trainJob,
  generateJob,
  studyJob,
  judgeJob,
  exportJob,
  mergeJob,
  packetJob,
  reviewJob,
  emptyBinJob,
];

/** What every feature does with a project that is opened. */
export const features: ProjectFeatures = {
  recover: (file) => {
    const adopted = adoptCheckpoints(file);
    return [
      ...(adopted > 0 ? [`listed anew: ${formatQuantity(adopted, 'adapter')}`] : []),
      ...(removeMergeScratch(file) ? ['a merge that a crash ended was cleared away'] : []),
      ...recoverReviews(file),
    ];
  },
  opened: (session, state) => {
    startRowChecks(session, state.log);
    if (session.file.access !== 'edit') return;
    startBackups(session, state);
    tidyDatasets(session, state.log);
  },
  closing: async (session) => {
    // First, so that the backup has the checksums of its rows.
    await rowChecksOf(session)?.close();
    // Files that others took away are kept as a copy of their own, not beside where they lay.
    const isKept = session.readReason === 'changed-outside';
    await (isKept ? backupsOf(session)?.giveUp() : backupsOf(session)?.close());
  },
  nextStep: async (session, signal) => nextStep(await pipelineFacts(session, signal)),
  jobs: (session, state) => jobsOf.map((jobOf) => jobOf(session, state)),
};
