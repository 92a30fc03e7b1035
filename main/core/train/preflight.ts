import type { SelfTest } from '../../../shared/domain/device.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { usableModel } from '../models/model-service.ts';
import { requireSession, type CoreState } from '../project/core-state.ts';
import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import { startTrainer, toRead } from '../files/guarded-engines.ts';
import { likelyDevice } from '../devices/run-device.ts';
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
  const { path: basePath, info, sha256 } = await usableModel(session, modelId, signal);
  const longestTokens = Math.min(recipe.maxTokens, info.contextLength || recipe.maxTokens);
  return await session.calls.run([signal], async (anySignal) => {
    await using engine = startTrainer(toRead(basePath));
    const known = session.devices.memory.of(sha256);
    const device = await likelyDevice(session.devices, recipe.device);
    const params = { basePath, recipe, longestTokens, device, known };
    return await engine.request('planMemory', params, { signal: anySignal });
  });
}

/** Tests a device with a kind of model; only one of the project's models needs an open project. */
export async function testDevice(
  state: CoreState,
  input: {
    device: string;
    modelId?: string | undefined;
    method?: Recipe['method'] | undefined;
  },
  signal: AbortSignal | undefined,
): Promise<SelfTest> {
  const { device, modelId, method } = input;
  const basePath = modelId && (await usableModel(requireSession(state), modelId, signal)).path;
  const subject = { ...(basePath && { basePath }), ...(method && { method }) };
  return await state.devices.test(device, subject, signal);
}
