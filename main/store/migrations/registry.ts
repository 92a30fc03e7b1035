import type { Migration } from './migrate.ts';
import { initial } from './0001-initial.ts';
import { resumableRuns } from './0002-resumable-runs.ts';
import { exportJobs } from './0003-exports.ts';
import { runMemory } from './0004-run-memory.ts';
import { devLosses } from './0005-dev-losses.ts';
import { openEnums } from './0006-open-enums.ts';
import { sequence } from './0007-sequence.ts';
import { rowChecksums } from './0008-row-checksums.ts';
import { merging } from './0009-merging.ts';
import { openBatches } from './0010-open-batches.ts';
import { hashedContent } from './0011-hashed-content.ts';
import { labels } from './0012-labels.ts';
import { projectDefaults } from './0013-project-defaults.ts';
import { unfinishedDatasets } from './0014-unfinished-datasets.ts';
import { bin } from './0015-bin.ts';
import { chosenTemplates } from './0016-chosen-templates.ts';
import { importedAnswers } from './0017-imported-answers.ts';
import { fewShotPrefixes } from './0018-few-shot.ts';
import { studies } from './0019-studies.ts';
import { dialogues } from './0020-dialogues.ts';
import { voteReasons } from './0021-vote-reasons.ts';
import { endpoints } from './0022-endpoints.ts';
import { studyPairing } from './0023-study-pairing.ts';
import { judging } from './0024-judging.ts';
import { grades } from './0025-grades.ts';
import { promptVersions } from './0026-prompt-versions.ts';
import { verdictsOnTurns } from './0027-verdicts-on-turns.ts';

/** Every migration in order. Never edit or renumber one that was released: add the next. */
export const migrations: readonly Migration[] = [
  initial,
  resumableRuns,
  exportJobs,
  runMemory,
  devLosses,
  openEnums,
  sequence,
  rowChecksums,
  merging,
  openBatches,
  hashedContent,
  labels,
  projectDefaults,
  unfinishedDatasets,
  bin,
  chosenTemplates,
  importedAnswers,
  fewShotPrefixes,
  studies,
  dialogues,
  voteReasons,
  endpoints,
  studyPairing,
  judging,
  grades,
  promptVersions,
  verdictsOnTurns,
];
