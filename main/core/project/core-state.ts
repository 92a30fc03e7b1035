import type { CoreConfig } from '../base/config.ts';
import { AppError } from '../base/app-error.ts';
import type { DeviceService } from '../devices/device-service.ts';
import type { Log } from '../base/log.ts';
import type { OngoingCalls } from '../base/ongoing-calls.ts';
import type { PathGuard } from '../files/path-guard.ts';
import type { ProjectSession } from './project-session.ts';
import type { Turns } from '../base/turns.ts';
import type { UserSettings } from '../base/user-settings.ts';

/** What every handler works on; one per core process. */
export interface CoreState {
  readonly config: CoreConfig;
  readonly settings: UserSettings;
  readonly paths: PathGuard;
  readonly devices: DeviceService;
  readonly log: Log;
  /** Opening, creating and closing projects, one after the other. */
  readonly projectTurns: Turns;
  /** Calls with engines that need no project. */
  readonly calls: OngoingCalls;
  session: ProjectSession | null;
}

/** The open project, or NO_PROJECT. */
export function requireSession(state: CoreState): ProjectSession {
  if (state.session) return state.session;
  throw new AppError('NO_PROJECT', 'No project is open: create one or open one first');
}
