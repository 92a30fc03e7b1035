import {
  comparisonCounts,
  comparisonsOf,
  findComparison,
} from '../../store/repositories/comparisons.ts';
import { findEvaluation } from '../../store/repositories/evaluations.ts';
import { comparisonIdsOn, missingGenerations } from '../../store/repositories/generations.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';
import type { JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { failMissing, makeAnswers } from './generate-answers.ts';

/** Generates what an evaluation lacks; every answer is stored the moment it is there. */
export function generateJob(session: ProjectSession): JobHandler<'generate'> {
  return {
    kind: 'generate',
    resource: 'accelerator',
    execute: async ({ evaluationId }, context) => {
      const { db } = session.file;
      const evaluation = found(findEvaluation(db, 'id', evaluationId), 'evaluation', evaluationId);
      const setId = evaluation.promptSetId;
      frozenPromptsOf(db, found(findPromptSet(db, 'id', setId), 'prompt set', setId), 0);
      failMissing(session, [evaluation]);
      const counts = comparisonCounts(db, evaluationId);
      const wanted = {
        systemIds: [evaluation.systemAId, evaluation.systemBId],
        parallel: evaluation.parallel,
        total: 2 * counts.comparisons,
        done: counts.generatedA + counts.generatedB,
        missingOf: (systemId: string) => missingGenerations(db, evaluationId, systemId),
        comparisonsOn: (promptIds?: ReadonlySet<string>) =>
          promptIds
            ? comparisonIdsOn(db, [evaluationId], promptIds).flatMap(
                (id) => findComparison(db, id) ?? [],
              )
            : comparisonsOf(db, evaluationId),
      };
      return { evaluationId, answers: await makeAnswers(session, wanted, context) };
    },
  };
}
