import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { schemaVersion } from '../../store/migrate.ts';
import { projectCounts } from '../../store/project-repository.ts';
import type { ProjectFile } from '../../store/open-project.ts';
import { statSync } from 'node:fs';
import { JobService } from '../jobs/job-service.ts';
import type { Log } from '../log.ts';
import { ChangeFeed } from './change-feed.ts';
import { InferenceSlots } from './inference-slots.ts';

/** Everything that lives as long as one project is open. */
export class ProjectSession {
  readonly file: ProjectFile;
  readonly jobs: JobService;
  readonly changes = new ChangeFeed();
  readonly inference = new InferenceSlots();

  constructor(file: ProjectFile, log: Log) {
    this.file = file;
    this.jobs = new JobService(file.db, (text) => log.write(text));
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

  /** Stops jobs and engines, then folds the project back into one file. */
  async close(): Promise<void> {
    await this.jobs.close();
    await this.inference.release();
    this.file.close();
  }
}
