import { rpc } from '../../rpc/client.ts';
import { useQuery, type QueryResult } from '../../rpc/use-query.ts';
import type { AvailableModels } from './systems.ts';

/** The base models and runs of the project, fresh as adapters appear. */
export function useSystems(): QueryResult<AvailableModels> {
  return useQuery(
    ['ui.systems'],
    async () => {
      const [models, runs] = await Promise.all([rpc.models.list(), rpc.runs.list()]);
      return { models, runs };
    },
    ['models', 'runs'],
  );
}
