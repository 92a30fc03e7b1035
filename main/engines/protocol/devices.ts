import type { Recipe } from '../../../shared/domain/recipe.ts';

/** Kinds of devices ggml has libraries for. */
export type DeviceFamily = 'cpu' | 'cuda' | 'vulkan' | 'metal';

/** A device a run can be computed on. */
export interface EngineDevice {
  /** As in a recipe: `cpu`, `cuda0`, `vulkan0`, `metal0`. */
  id: string;
  family: DeviceFamily;
  /** As its driver calls it. */
  description: string;
  /** A GPU with memory of its own, one that shares the machine's, or a processor. */
  kind: 'gpu' | 'integrated' | 'cpu';
  /** A processor that stands in for a GPU, as Mesa's llvmpipe: right, but slow. */
  isSoftware: boolean;
  memoryFreeBytes: number;
  memoryTotalBytes: number;
  /** Identity of the driver, or an empty text when it cannot be told: it changes with updates. */
  driver: string;
  /** Name and version of the library. */
  library: string;
}

/** What one family has on this machine; `problem` and `advice` are empty when it can be used. */
export interface DeviceListing {
  family: DeviceFamily;
  devices: EngineDevice[];
  problem: string;
  advice: string;
}

/** What a self-test needs to know: the device, and a base whose shape and types it imitates. */
export interface SelfTestParams {
  device: string;
  /** Without a base: a Llama model in F32. */
  basePath?: string;
  /** What the run trains; an adapter when left out. */
  method?: Recipe['method'];
}

/** Outcome of a gradient self-test; differences are relative (‖device − CPU‖ / ‖CPU‖). */
export interface SelfTestResult {
  device: string;
  description: string;
  driver: string;
  library: string;
  architecture: string;
  /** Element types of the weights, sorted, as in `Q4_K+Q6_K`. */
  weightTypes: string;
  method: Recipe['method'];
  /** True when both differences are at most the tolerance. */
  passed: boolean;
  tolerance: number;
  lossDifference: number;
  gradientDifference: number;
  /** The trained tensor with the largest difference. */
  worstTensor: string;
  elapsedMs: number;
}
