import type { Command } from './command.ts';
import { chat } from './commands/chat.ts';
import { datasetExport, datasetFreeze } from './commands/dataset.ts';
import { datasetXray } from './commands/dataset-xray.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/evaluate.ts';
import { exportRun } from './commands/export.ts';
import { generate } from './commands/generate.ts';
import { importFiles } from './commands/import.ts';
import { modelInspect } from './commands/model.ts';
import { infoProject, newProject } from './commands/project.ts';
import { report } from './commands/report.ts';
import { runs } from './commands/runs.ts';
import { review, samples } from './commands/samples.ts';
import { serve } from './commands/serve.ts';
import { train } from './commands/train.ts';
import { vote } from './commands/vote.ts';

/** Every command, in the order of the work; help and README follow this table. */
export const commands: readonly Command[] = [
  newProject,
  infoProject,
  importFiles,
  samples,
  review,
  datasetFreeze,
  datasetExport,
  datasetXray,
  modelInspect,
  train,
  runs,
  exportRun,
  generate,
  chat,
  evaluate,
  vote,
  report,
  serve,
  doctor,
  demo,
];
