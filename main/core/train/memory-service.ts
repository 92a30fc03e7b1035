import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { usableModel } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** A base and how it would be trained. */
interface PlannedRun {
  modelId: string;
  recipe: Recipe;
}

/** Plans the memory of a run in a trainer process that loads no weights. */
export async function planRunMemory(
  session: ProjectSession,
  { modelId, recipe }: PlannedRun,
  signal: AbortSignal | undefined,
): Promise<MemoryPlan & { availableBytes: number }> {
  const { path: basePath, info } = usableModel(session, modelId);
  const longestTokens = Math.min(recipe.maxTokens, info.contextLength || recipe.maxTokens);
  return await session.calls.run([signal], async (anySignal) => {
    await using engine = startTrainer();
    const params = { basePath, recipe, longestTokens };
    const plan = await engine.request('planMemory', params, { signal: anySignal });
    return { ...plan, availableBytes: process.availableMemory() };
  });
}
