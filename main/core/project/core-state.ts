import type { OpeningProgress } from '../../../shared/contract/app.ts';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import type { PipelineStep } from '../../../shared/domain/project/pipeline.ts';
import type { CoreConfig } from '../base/config.ts';
import { AppError } from '../base/app-error.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { listModels } from '../../store/repositories/models.ts';
import type { DeviceService } from '../devices/device-service.ts';
import type { VouchedThings } from '../base/vouched-things.ts';
import type { KnownProjects } from '../base/known-projects.ts';
import type { Log } from '../base/log.ts';
import type { OngoingCalls, Turns } from '../base/ongoing-calls.ts';
import type { ExportFiles } from '../files/export-files.ts';
import type { PathGuard } from '../files/path-guard.ts';
import { placeTimes } from '../files/places.ts';
import type { JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from './project-session.ts';
import type { UserSettings } from '../base/user-settings.ts';
import type { NetworkSettings } from '../network/network-settings.ts';

/** What the features do with a project that is opened: project/ knows none of them. */
export interface ProjectFeatures {
  /** Puts right what a crash left undone, before the project is shown; a line of the log for each. */
  recover(file: ProjectFile): string[];
  /** Begins what goes on beside the work; it must not throw. */
  opened(session: ProjectSession, state: CoreState): void;
  /** Ends it, when jobs and engines are gone and the file is still open; it must not throw. */
  closing(session: ProjectSession): Promise<void>;
  /** What comes next on the way of a project; null once every step is done. */
  nextStep(session: ProjectSession, signal?: AbortSignal): Promise<PipelineStep | null>;
  /** How each kind of job is done. */
  jobs(session: ProjectSession, state: CoreState): JobHandler[];
}

/** What every handler works on; one per core process. */
export interface CoreState {
  readonly config: CoreConfig;
  readonly features: ProjectFeatures;
  readonly settings: UserSettings;
  readonly known: KnownProjects;
  readonly vouched: VouchedThings;
  /** Which projects may ask which endpoints, and their keys. */
  readonly network: NetworkSettings;
  readonly paths: PathGuard;
  readonly exports: ExportFiles;
  readonly devices: DeviceService;
  readonly log: Log;
  /** Opening, creating and closing projects, one after the other. */
  readonly projectTurns: Turns;
  /** Calls with engines that need no project. */
  readonly calls: OngoingCalls;
  session: ProjectSession | null;
  /** How far a project of an earlier version is brought forward before it is opened. */
  opening: OpeningProgress | null;
}

/** The open project, or NO_PROJECT. */
export function requireSession(state: CoreState): ProjectSession {
  if (state.session) return state.session;
  throw new AppError('NO_PROJECT', 'No project is open: create one or open one first');
}

/** What no export of a project may be written to; models that do not answer are named alone. */
export async function protectedBy({ file, paths }: ProjectSession) {
  const projectPaths = [file.path];
  const modelPaths = listModels(file.db).flatMap(({ path }) => modelPartPaths(path));
  const wait = { mostMs: placeTimes.listedMs };
  const reached = modelPaths.map(async (path) => {
    try {
      await paths.reach(path, wait);
      return [];
    } catch {
      return [path];
    }
  });
  return { projectPaths, modelPaths, silentPaths: (await Promise.all(reached)).flat() };
}
