import type { DeviceFamily, SelfTest, TrainingDevice } from '../../../shared/domain/device.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';

/** What one family has on this machine; `problem` and `advice` are empty when it can be used. */
export interface FamilyListing {
  family: DeviceFamily;
  devices: TrainingDevice[];
  problem: string;
  advice: string;
}

/** What a self-test imitates and where it runs. */
export interface SelfTestParams {
  device: string;
  /** Without a base: a Llama model in F32. */
  basePath?: string;
  /** What the run trains; an adapter when left out. */
  method?: Recipe['method'];
  /** Tests that were passed before: one of the same device, driver, library and model is the answer. */
  known?: readonly SelfTest[];
}

const platformsWithGpuPackages = ['linux-x64', 'win32-x64'];

/** Families of devices that node-llama-cpp has libraries for on a platform, as in `linux-x64`. */
export function familiesOf(platform: string): DeviceFamily[] {
  if (platform === 'darwin-arm64') return ['cpu', 'metal'];
  return platformsWithGpuPackages.includes(platform) ? ['cpu', 'cuda', 'vulkan'] : ['cpu'];
}
