import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import type { PromptSet } from '../../shared/domain/evaluation.ts';
import { rpc } from '../rpc/client.ts';
import { useQuery, type QueryResult } from '../rpc/use-query.ts';

/** Every evaluation of the project, newest first. */
export function useEvaluations(): QueryResult<EvaluationSummary[]> {
  return useQuery(['evaluations.list'], () => rpc.evaluations.list(), ['evaluations']);
}

/** Every prompt set of the project. */
export function usePromptSets(): QueryResult<PromptSet[]> {
  return useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
}
