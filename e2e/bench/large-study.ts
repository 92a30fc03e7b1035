import { v7 as uuidv7 } from 'uuid';
import { studyPairs } from '../../shared/domain/study/study.ts';
import { sideOf } from '../../shared/domain/evaluate/evaluation.ts';
import { withTransaction, type Database } from '../../main/store/database.ts';
import { openProjectFile } from '../../main/store/file/open-project-file.ts';
import { insertEvaluation } from '../../main/store/repositories/evaluations.ts';
import {
  insertAnswersSystem,
  insertImportedAnswer,
} from '../../main/store/repositories/imported-answers.ts';
import { insertPromptSet, promptsOf } from '../../main/store/repositories/prompt-sets.ts';
import { insertStudy } from '../../main/store/repositories/studies.ts';
import { conversation } from '../sample-files.ts';

interface LargeStudy {
  name: string;
  systems: number;
  prompts: number;
  /** What each answer is made of, after words that are its own. */
  words: string;
}

/** Gives a closed project a blind study of all against all, answered without an engine. */
export function addLargeStudy(path: string, study: LargeStudy): void {
  const file = openProjectFile(path);
  try {
    withTransaction(file.db, () => addTo(file.db, study));
  } finally {
    file.close();
  }
}

function addTo(db: Database, { name, systems, prompts, words }: LargeStudy): void {
  const asked = Array.from({ length: prompts }, (_, at) => ({
    messages: conversation(`Question ${at + 1} of ${name}?`),
  }));
  const promptSetId = insertPromptSet(db, `prompts of ${name}`, asked);
  const stored = promptsOf(db, promptSetId, prompts);
  const origin = { importedFrom: 'bench', fileSha256: '0', generator: null, importedMs: 0 };
  const systemIds = Array.from({ length: systems }, (_, at) => {
    const systemId = insertAnswersSystem(db, `system ${at + 1}`);
    for (const { id: promptId, ordinal } of stored) {
      const output = `Answer ${ordinal + 1} of ${at + 1}. ${words}`;
      insertImportedAnswer(db, { systemId, promptId, output, identity: origin }, undefined);
    }
    return systemId;
  });
  const numbers = { seed: 1, parallel: 1, overlapPercent: 100, calibrationItems: 0 };
  const design = 'round-robin' as const;
  const own = { id: name, name, design, focusSystemId: null, jobId: null, author: 'bench' };
  insertStudy(db, { ...own, ...numbers });
  for (const [at, [a, b]] of studyPairs(design, systems).entries()) {
    const id = `${name}-${at}`;
    const pair = { systemAId: systemIds[a] ?? '', systemBId: systemIds[b] ?? '' };
    insertEvaluation(
      db,
      { id, name: id, promptSetId, ...pair, seed: at, parallel: 1, author: 'bench' },
      stored.map((prompt) => prompt.id),
      stored.map(({ ordinal }) => sideOf(at, ordinal)),
      { studyId: name, comparisonIds: stored.map(() => uuidv7()) },
    );
  }
}
