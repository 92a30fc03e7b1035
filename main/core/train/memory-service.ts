import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { likelyDevice } from '../devices/run-device.ts';
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
  const { path: basePath, info, sha256 } = usableModel(session, modelId);
  const longestTokens = Math.min(recipe.maxTokens, info.contextLength || recipe.maxTokens);
  return await session.calls.run([signal], async (anySignal) => {
    await using engine = startTrainer();
    const known = session.devices.memory.of(sha256);
    const device = await likelyDevice(session.devices, recipe.device);
    const params = { basePath, recipe, longestTokens, device, known };
    return await engine.request('planMemory', params, { signal: anySignal });
  });
}
