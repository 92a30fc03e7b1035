import { type Kernels, loadKernels } from '../ffi/kernels.ts';
import { GgmlDevice } from '../device/ggml-device.ts';

/** The kernels in each variant that this machine can run, the best first; none elsewhere. */
export function kernelVariants(): Kernels[] {
  using device = GgmlDevice.openCpu(1);
  const { features } = device;
  const withoutAvx512 = [...features].filter((name) => !name.startsWith('AVX512'));
  const both = [loadKernels(features), loadKernels(new Set(withoutAvx512))];
  return [...new Set(both)].filter((kernels) => kernels !== undefined);
}
