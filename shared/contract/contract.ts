import { appContract, filesContract, projectContract } from './app.ts';
import { backupsContract } from './backups.ts';
import { binContract } from './bin.ts';
import { chatContract, generationsContract } from './chat.ts';
import { datasetsContract, importsContract, samplesContract, xrayContract } from './curate.ts';
import { devicesContract, jobsContract, modelsContract, runsContract } from './train.ts';
import { answersContract, evaluationsContract, statisticsContract } from './evaluate.ts';
import { auditsContract } from './audits.ts';
import { choicesContract } from './choices.ts';
import { judgingsContract, rubricsContract } from './judgings.ts';
import { gradesContract } from './grades.ts';
import { promptsContract } from './prompts.ts';
import { scansContract } from './scans.ts';
import { studiesContract } from './studies.ts';
import { diskContract, thingsContract } from './manage.ts';
import { mergesContract, packetsContract } from './merge.ts';
import { networkContract } from './network.ts';

const groups = {
  app: appContract,
  project: projectContract,
  backups: backupsContract,
  files: filesContract,
  imports: importsContract,
  scans: scansContract,
  samples: samplesContract,
  bin: binContract,
  datasets: datasetsContract,
  devices: devicesContract,
  models: modelsContract,
  xray: xrayContract,
  runs: runsContract,
  jobs: jobsContract,
  chat: chatContract,
  generations: generationsContract,
  prompts: promptsContract,
  answers: answersContract,
  evaluations: evaluationsContract,
  studies: studiesContract,
  choices: choicesContract,
  judgings: judgingsContract,
  audits: auditsContract,
  rubrics: rubricsContract,
  grades: gradesContract,
  statistics: statisticsContract,
  merges: mergesContract,
  packets: packetsContract,
  things: thingsContract,
  disk: diskContract,
  network: networkContract,
};
type Groups = typeof groups;

/** Its type by a name: written out in full, what is inferred of it would be too long to compile. */
export interface Contract extends Groups {}

/** The one contract behind the desktop window, the browser and the command line. */
export const contract: Contract = groups;
