import { statSync } from 'node:fs';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { schemaVersion } from '../../store/migrations/migrate.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { projectCounts } from '../../store/repositories/project-counts.ts';
import type { DeviceService } from '../devices/device-service.ts';
import { JobService } from '../jobs/job-service.ts';
import type { Log } from '../base/log.ts';
import { OngoingCalls } from '../base/ongoing-calls.ts';
import { ChangeFeed } from './change-feed.ts';
import { InferenceSlots } from './inference-slots.ts';

/** Everything that lives as long as one project is open. */
export class ProjectSession {
  readonly file: ProjectFile;
  readonly jobs: JobService;
  readonly devices: DeviceService;
  readonly changes = new ChangeFeed();
  readonly inference = new InferenceSlots();
  /** Chats: what they wrote is stored before the file closes. */
  readonly calls = new OngoingCalls();

  constructor(file: ProjectFile, { log, devices }: { log: Log; devices: DeviceService }) {
    this.devices = devices;
    this.file = file;
    this.jobs = new JobService(file.db, log);
  }

  /** What the window shows of the project as a whole. */
  info(): ProjectInfo {
    return {
      path: this.file.path,
      name: this.file.name,
      schemaVersion: schemaVersion(this.file.db),
      sizeBytes: statSync(this.file.path).size,
      ...projectCounts(this.file.db),
      notice: this.file.notice,
    };
  }

  /** Stops jobs, chats and engines, ends every watch, then folds the project back into one file. */
  async close(): Promise<void> {
    try {
      await Promise.all([this.jobs.close(), this.calls.close()]);
      await this.inference.release();
    } finally {
      this.changes.close();
      this.file.close();
    }
  }
}
