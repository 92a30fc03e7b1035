import { TrainerError } from '../../engines/protocol/errors.ts';
import type { Device } from '../device/device.ts';
import { elementCount } from '../device/tensor.ts';
import { readFactors } from '../export/lora-factors.ts';
import type { LoraAdapter } from '../weights/lora-adapter.ts';
import { ModelFile } from '../weights/model-file.ts';
import { writeParameter } from '../weights/trained-weights.ts';
import { transposed } from '../weights/transpose.ts';
import { hashFile } from './import-adapter.ts';

/**
 * Gives a fresh adapter the factors of the file that its run starts from, for the base and the
 * recipe that it was imported for. The moments of the optimizer stay zero. Throws MODEL_CHANGED.
 */
export async function loadAdapter(
  device: Device,
  adapter: LoraAdapter,
  { path, sha256 }: { path: string; sha256: string },
): Promise<void> {
  if ((await hashFile(path)) !== sha256)
    throw changed(path, 'has another hash than the recipe says');
  await using file = await ModelFile.open(path);
  const factors = await readFactors(file);
  for (const { tensorName, a, b } of adapter.branches) {
    const factor = factors.get(tensorName);
    const fits =
      factor?.rank === adapter.settings.rank &&
      factor.a.length === elementCount(a.weight.ne) &&
      factor.b.length === elementCount(b.weight.ne);
    if (!fits) throw changed(path, `does not fit the recipe in ${tensorName}`);
    writeParameter(device, a, factor.a);
    writeParameter(device, b, transposed(factor.b, factor.rank));
  }
}

const changed = (path: string, how: string) =>
  new TrainerError('MODEL_CHANGED', `The adapter ${path} that the run starts from ${how}.`, {
    path,
  });
