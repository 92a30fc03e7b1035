import { existsSync } from 'node:fs';
import { describeSelfTest, type DeviceListing } from '../../../shared/domain/device.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { EngineRequestError } from '../../engines/engine-process.ts';
import { AppError } from '../base/app-error.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { DeviceService } from './device-service.ts';

/** What a run asks of a device. */
export interface DeviceRequest {
  basePath: GuardedPath;
  recipe: Pick<Recipe, 'device' | 'method'>;
}

/** The fastest families first; software devices and GPUs without memory of their own never. */
const preferred = ['cuda', 'metal', 'vulkan'];
/** Files of Linux's GPU drivers, Windows' own Linux included; without any there is no GPU. */
const gpuFiles = ['/dev/dri', '/dev/nvidiactl', '/dev/kfd', '/dev/dxg'];

/**
 * The id of the device a run is computed on: that of the recipe, or with `auto` the best GPU that
 * passes its gradient self-test, else the CPU. A device is tested before its first run with a kind
 * of model; one that fails is refused with the numbers.
 */
export async function deviceForRun(
  devices: DeviceService,
  { basePath, recipe }: DeviceRequest,
  context: Pick<JobContext, 'report' | 'signal' | 'pausing'>,
): Promise<string> {
  const stop = AbortSignal.any([context.signal, context.pausing]);
  const { device, method } = recipe;
  if (device === 'cpu' || (device === 'auto' && !mayHaveGpu())) return 'cpu';
  const candidates = device === 'auto' ? autoCandidates(await devices.list()) : [device];
  for (const id of candidates) {
    const detail = `comparing gradients of ${id} with the CPU's`;
    context.report({ phase: 'testing the device', done: 0, total: 0, unit: 'steps', detail });
    const isWanted = id === device;
    const problem = await problemOf(devices, id, { basePath, method }, stop);
    stop.throwIfAborted();
    if (problem === undefined) return id;
    if (isWanted) throw problem;
  }
  return 'cpu';
}

/** The device a run would take if its self-test passes: nothing is tested. */
export async function likelyDevice(devices: DeviceService, device: string): Promise<string> {
  if (device !== 'auto') return device;
  const [best = 'cpu'] = mayHaveGpu() ? autoCandidates(await devices.list()) : [];
  return best;
}

async function problemOf(
  devices: DeviceService,
  id: string,
  subject: { basePath: GuardedPath; method: Recipe['method'] },
  signal: AbortSignal,
): Promise<Error | undefined> {
  try {
    const test = await devices.prove(id, subject, signal);
    if (test.passed) return undefined;
    return new AppError(
      'ENGINE_FAILED',
      `${test.description} (${id}) ${describeSelfTest(test)}. Nothing was trained: update the ` +
        `driver, or train on another device (device=cpu always works).`,
      { device: id, gradientDifference: test.gradientDifference, tolerance: test.tolerance },
    );
  } catch (error) {
    return explainDeviceCrash(error, id);
  }
}

function autoCandidates(listings: readonly DeviceListing[]): string[] {
  return preferred.flatMap((family) =>
    (listings.find((listing) => listing.family === family)?.devices ?? [])
      .filter(({ kind, isSoftware }) => kind === 'gpu' && !isSoftware)
      .map(({ id }) => id),
  );
}

function mayHaveGpu(): boolean {
  return process.platform !== 'linux' || gpuFiles.some((path) => existsSync(path));
}

/**
 * The words for a process that ended while it computed on a device. On a GPU that is nearly always
 * the driver, and the way out is another device; anything else stays as it is.
 */
export function explainDeviceCrash(error: unknown, device: string): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  const ended = error instanceof EngineRequestError ? error.failure : undefined;
  if (ended?.code !== 'ENGINE_CRASHED' || device === 'cpu') return failure;
  return new AppError(
    'ENGINE_CRASHED',
    `${failure.message} It was computing on ${device}, whose driver failed or ran out of memory. ` +
      `Epochs that were finished are stored. Start the run again on another device, for example ` +
      `with device=cpu, or lower maxTokens and microBatchSize.`,
    { device, cause: ended.code, stderr: ended.data.stderr },
  );
}
