import { appContract, filesContract, projectContract } from './app.ts';
import { backupsContract } from './backups.ts';
import { chatContract, generationsContract } from './chat.ts';
import { datasetsContract, importsContract, samplesContract, xrayContract } from './curate.ts';
import { devicesContract, jobsContract, modelsContract, runsContract } from './train.ts';
import { evaluationsContract, promptsContract } from './evaluate.ts';
import { diskContract, thingsContract } from './manage.ts';
import { mergesContract, packetsContract } from './merge.ts';

/** The one contract behind the desktop window, the browser and the command line. */
export const contract = {
  app: appContract,
  project: projectContract,
  backups: backupsContract,
  files: filesContract,
  imports: importsContract,
  samples: samplesContract,
  datasets: datasetsContract,
  devices: devicesContract,
  models: modelsContract,
  xray: xrayContract,
  runs: runsContract,
  jobs: jobsContract,
  chat: chatContract,
  generations: generationsContract,
  prompts: promptsContract,
  evaluations: evaluationsContract,
  merges: mergesContract,
  packets: packetsContract,
  things: thingsContract,
  disk: diskContract,
};
export type Contract = typeof contract;
