import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import { confinementGap } from '../engines/engine-process.ts';
import type { CoreConfig } from './base/config.ts';
import { features } from './features.ts';
import type { CoreState } from './project/core-state.ts';
import { DeviceService } from './devices/device-service.ts';
import { KnownProjects } from './base/known-projects.ts';
import { NetworkSettings } from './network/network-settings.ts';
import { VouchedThings } from './base/vouched-things.ts';
import { Log } from './base/log.ts';
import { OngoingCalls, Turns } from './base/ongoing-calls.ts';
import { ExportFiles } from './files/export-files.ts';
import { PathGuard } from './files/path-guard.ts';
import { abandon, closeCurrent } from './project/project-service.ts';
import { appRouter, backupsRouter, filesRouter, projectRouter } from './rpc/app-router.ts';
import {
  binRouter,
  datasetsRouter,
  importsRouter,
  samplesRouter,
  scansRouter,
} from './rpc/curate-router.ts';
import {
  answersRouter,
  evaluationsRouter,
  statisticsRouter,
  choicesRouter,
  studiesRouter,
} from './rpc/evaluate-router.ts';
import { gradesRouter, promptsRouter } from './rpc/prompt-router.ts';
import type { CallContext } from './rpc/implement.ts';
import { auditsRouter, judgingsRouter, rubricsRouter } from './rpc/judge-router.ts';
import { diskRouter, thingsRouter } from './rpc/manage-router.ts';
import { mergesRouter, packetsRouter } from './rpc/merge-router.ts';
import { networkRouter } from './rpc/network-router.ts';
import {
  chatRouter,
  devicesRouter,
  generationsRouter,
  jobsRouter,
  modelsRouter,
  runsRouter,
  xrayRouter,
} from './rpc/train-router.ts';
import { sampleFolder } from './sample-project.ts';
import { UserSettings } from './base/user-settings.ts';

const router = implement(contract).$context<CallContext>().router({
  app: appRouter,
  project: projectRouter,
  backups: backupsRouter,
  files: filesRouter,
  imports: importsRouter,
  scans: scansRouter,
  samples: samplesRouter,
  bin: binRouter,
  datasets: datasetsRouter,
  devices: devicesRouter,
  models: modelsRouter,
  xray: xrayRouter,
  runs: runsRouter,
  jobs: jobsRouter,
  chat: chatRouter,
  generations: generationsRouter,
  prompts: promptsRouter,
  grades: gradesRouter,
  answers: answersRouter,
  evaluations: evaluationsRouter,
  studies: studiesRouter,
  choices: choicesRouter,
  judgings: judgingsRouter,
  audits: auditsRouter,
  rubrics: rubricsRouter,
  statistics: statisticsRouter,
  merges: mergesRouter,
  packets: packetsRouter,
  things: thingsRouter,
  disk: diskRouter,
  network: networkRouter,
});

/** The one router behind every shell. */
export type CoreRouter = typeof router;

/** A running core. `close` stops jobs and engines and folds the project into one file. */
export interface Core {
  router: CoreRouter;
  context: CallContext;
  close(): Promise<void>;
}

/** Starts a core: the same for the desktop window, the web server and the command line. */
export function createCore(config: CoreConfig): Promise<Core> {
  const paths = new PathGuard(config.fileRoots, undefined, [sampleFolder(config.userDataDir)]);
  const state: CoreState = {
    config,
    features,
    settings: new UserSettings(config.userDataDir),
    known: new KnownProjects(config.userDataDir),
    vouched: new VouchedThings(config.userDataDir),
    network: new NetworkSettings(config.userDataDir),
    paths,
    exports: new ExportFiles(paths, config.userDataDir),
    devices: new DeviceService(config.userDataDir),
    log: new Log(config.userDataDir),
    projectTurns: new Turns(),
    calls: new OngoingCalls(),
    session: null,
    opening: null,
  };
  // A command of seconds does not ask the system for it; "lima doctor" tells all of it.
  const gap = config.shell === 'cli' ? '' : confinementGap();
  if (gap !== '') state.log.write(`Engines are not fully confined: ${gap}; see "lima doctor".`);
  return Promise.resolve({
    router,
    context: { core: state },
    close: async () => {
      try {
        await Promise.all([state.calls.close(), closeCurrent(state, { stopJobs: true })]);
      } finally {
        await abandon(state);
      }
    },
  });
}
