import type { SelfTest } from '../../../shared/domain/device.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import { usableModel } from '../models/model-service.ts';
import { requireSession, type CoreState } from '../project/core-state.ts';

/** Tests a device with a kind of model; only one of the project's models needs an open project. */
export function testDevice(
  state: CoreState,
  input: {
    device: string;
    modelId?: string | undefined;
    method?: Recipe['method'] | undefined;
  },
  signal: AbortSignal | undefined,
): Promise<SelfTest> {
  const { device, modelId, method } = input;
  const basePath = modelId && usableModel(requireSession(state), modelId).path;
  const subject = { ...(basePath && { basePath }), ...(method && { method }) };
  return state.devices.test(device, subject, signal);
}
