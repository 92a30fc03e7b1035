import {
  comparisonIdsOn,
  unansweredBy,
  type MissingAnswer,
} from '../../../store/repositories/generations.ts';
import type { Database } from '../../../store/database.ts';
import {
  comparisonsOf,
  findComparison,
  type StoredComparison,
} from '../../../store/repositories/comparisons.ts';
import { evaluationsOfStudy } from '../../../store/repositories/evaluations.ts';
import { findPromptSet, frozenPromptsOf } from '../../../store/repositories/prompt-sets.ts';
import { promptsOfStudy } from '../../../store/repositories/studies.ts';
import { found } from '../../base/app-error.ts';
import type { JobHandler } from '../../jobs/job-handler.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { failMissing, makeAnswers } from '../generate-answers.ts';
import { systemIdsOf } from './study-service.ts';
import { studyQueues } from './study-state.ts';
import { studyById } from '../evaluation-service.ts';

/** One evaluation after the other: the texts of all of them would not fit into memory. */
function* comparisonsOfAll(
  db: Database,
  evaluationIds: readonly string[],
): Generator<StoredComparison> {
  for (const id of evaluationIds) yield* comparisonsOf(db, id);
}

/** Makes what the systems of a study lack: each prompt is answered once, in however many pairs it is. */
export function studyJob(session: ProjectSession): JobHandler<'study'> {
  return {
    kind: 'study',
    resource: 'accelerator',
    execute: async ({ studyId }, context) => {
      const { db } = session.file;
      const study = studyById(session, studyId);
      const { parallel } = study;
      const evaluations = evaluationsOfStudy(db, studyId);
      for (const id of new Set(evaluations.map(({ promptSetId }) => promptSetId)))
        frozenPromptsOf(db, found(findPromptSet(db, 'id', id), 'prompt set', id), 0);
      failMissing(session, evaluations);
      const evaluationIds = evaluations.map(({ id }) => id);
      const systemIds = systemIdsOf(evaluations);
      const prompts = promptsOfStudy(db, studyId).map((prompt, place) => ({ ...prompt, place }));
      const missingOf = (systemId: string): MissingAnswer[] => {
        const missing = unansweredBy(db, systemId, evaluationIds);
        return prompts.filter(({ promptId }) => missing.has(promptId));
      };
      const wanted = {
        systemIds,
        parallel,
        ...studyQueues(session, study).answers,
        missingOf,
        comparisonsOn: (promptIds?: ReadonlySet<string>) =>
          promptIds
            ? comparisonIdsOn(db, evaluationIds, promptIds).flatMap(
                (id) => findComparison(db, id) ?? [],
              )
            : comparisonsOfAll(db, evaluationIds),
      };
      return { studyId, answers: await makeAnswers(session, wanted, context) };
    },
  };
}
