import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import type { StudySummary } from '../../shared/contract/studies.ts';
import type { AnswersOfFile, PromptSet } from '../../shared/domain/evaluate/evaluation.ts';
import type { Rubric } from '../../shared/domain/judge/rubric.ts';
import { rpc } from '../rpc/client.ts';
import { useQuery, type QueryResult } from '../rpc/use-query.ts';

/** Every evaluation of the project, newest first. */
export function useEvaluations(isWanted = true): QueryResult<EvaluationSummary[]> {
  return useQuery(isWanted ? ['evaluations.list'] : null, () => rpc.evaluations.list(), [
    'evaluations',
  ]);
}

/** Every study of the project as this person sees it, newest first. */
export function useStudies(isWanted = true): QueryResult<StudySummary[]> {
  return useQuery(isWanted ? ['studies.list'] : null, () => rpc.studies.list(), ['evaluations']);
}

/** Every prompt set of the project. */
export function usePromptSets(isWanted = true): QueryResult<PromptSet[]> {
  return useQuery(isWanted ? ['prompts.list'] : null, () => rpc.prompts.list(), ['prompts']);
}

/** Every rubric of the project, the built-in ones first. */
export function useRubrics(): QueryResult<Rubric[]> {
  return useQuery(['rubrics.list'], () => rpc.rubrics.list(), ['evaluations']);
}

/** Every set of imported answers of the project, by name. */
export function useAnswers(): QueryResult<AnswersOfFile[]> {
  return useQuery(['answers.list'], () => rpc.answers.list(), ['prompts', 'evaluations']);
}
