import type { Command } from '../cli/command.ts';
import { answersCommand, answersImportCommand } from './evaluate/answers.ts';
import { backupCommand, backupFolderCommand, backupListCommand, restoreCommand } from './backup.ts';
import { binCommand } from './curate/bin.ts';
import { chatCommand } from './chat/chat.ts';
import { chooseCommand } from './evaluate/choose.ts';
import { conversationsCommand, conversationsShowCommand } from './chat/conversations.ts';
import { datasetExportCommand, datasetFreezeCommand } from './curate/dataset.ts';
import { datasetXrayCommand } from './curate/dataset-xray.ts';
import { duplicatesCommand } from './curate/duplicates.ts';
import { dialoguesCommand } from './evaluate/dialogues.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate/evaluate.ts';
import { exportCommand } from './train/export.ts';
import { generateCommand } from './chat/generate.ts';
import { scanCommand } from './curate/scan.ts';
import { selectCommand } from './curate/select.ts';
import { importCommand } from './curate/import.ts';
import { deleteCommand, diskCommand, noteCommand, renameCommand, tagCommand } from './manage.ts';
import { judgeCommand } from './evaluate/judge.ts';
import { judgeAuditCommand } from './evaluate/judge-audit.ts';
import { mergeCommand, packetCommand } from './merge.ts';
import { modelConfirmCommand, modelInspectCommand } from './train/model.ts';
import {
  networkCommand,
  networkKeyCommand,
  networkLogCommand,
  networkTestCommand,
} from './network.ts';
import { infoCommand, newCommand, trustCommand } from './project.ts';
import { promptsEditCommand, promptsTagCommand } from './evaluate/edit-prompts.ts';
import { gradeCommand } from './evaluate/grade.ts';
import {
  promptsCommand,
  promptsExportCommand,
  promptsImportCommand,
  promptsShowCommand,
} from './evaluate/prompts.ts';
import { reportCommand } from './evaluate/report.ts';
import { rubricCommand, rubricSaveCommand, rubricShowCommand } from './evaluate/rubric.ts';
import { runsCommand } from './train/runs.ts';
import { runsPruneCommand } from './train/runs-prune.ts';
import { runsCompareCommand } from './train/runs-compare.ts';
import { reviewCommand } from './curate/review.ts';
import { samplesCommand } from './curate/samples.ts';
import { serveCommand } from './serve.ts';
import { trainCommand } from './train/train.ts';
import { statsCommand, statsPowerCommand } from './evaluate/stats.ts';
import { studyCommand } from './evaluate/study.ts';
import { voteCommand } from './evaluate/vote.ts';

/** Every command, in the order of the work; help and README follow this table. */
export const commands: readonly Command[] = [
  newCommand,
  infoCommand,
  backupCommand,
  backupListCommand,
  backupFolderCommand,
  restoreCommand,
  trustCommand,
  importCommand,
  scanCommand,
  selectCommand,
  samplesCommand,
  reviewCommand,
  duplicatesCommand,
  binCommand,
  datasetFreezeCommand,
  datasetExportCommand,
  datasetXrayCommand,
  modelInspectCommand,
  modelConfirmCommand,
  trainCommand,
  runsCommand,
  runsCompareCommand,
  runsPruneCommand,
  exportCommand,
  generateCommand,
  chatCommand,
  conversationsCommand,
  conversationsShowCommand,
  promptsCommand,
  promptsShowCommand,
  promptsImportCommand,
  promptsEditCommand,
  promptsTagCommand,
  promptsExportCommand,
  answersCommand,
  answersImportCommand,
  evaluateCommand,
  studyCommand,
  dialoguesCommand,
  voteCommand,
  chooseCommand,
  judgeCommand,
  judgeAuditCommand,
  rubricCommand,
  rubricShowCommand,
  rubricSaveCommand,
  gradeCommand,
  reportCommand,
  statsCommand,
  statsPowerCommand,
  renameCommand,
  noteCommand,
  tagCommand,
  deleteCommand,
  diskCommand,
  mergeCommand,
  packetCommand,
  networkCommand,
  networkLogCommand,
  networkKeyCommand,
  networkTestCommand,
  serveCommand,
  doctorCommand,
  demoCommand,
];
