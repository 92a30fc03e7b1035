import type { Command } from '../cli/command.ts';
import { chat } from './chat/chat.ts';
import { datasetExport, datasetFreeze } from './curate/dataset.ts';
import { datasetXray } from './curate/dataset-xray.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { exportRun } from './train/export.ts';
import { generate } from './chat/generate.ts';
import { importFiles } from './curate/import.ts';
import { modelInspect } from './train/model.ts';
import { infoProject, newProject } from './project.ts';
import { report } from './evaluate/report.ts';
import { runs } from './train/runs.ts';
import { review, samples } from './curate/samples.ts';
import { serve } from './serve.ts';
import { train } from './train/train.ts';
import { vote } from './evaluate/vote.ts';

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
