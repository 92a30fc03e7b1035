import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import type { LoraFactors } from './lora-factors.ts';

/** Why a factor of an adapter does not fit its base, or undefined when all do. */
export function findUnusable(
  factors: ReadonlyMap<string, LoraFactors>,
  base: GgufFile,
): string | undefined {
  const shapes = new Map(base.tensors.map(({ name, ne }) => [name, ne]));
  for (const [name, { down, up, rank }] of factors) {
    const [inputs = 0, outputs = 0] = shapes.get(name) ?? [];
    if (inputs === down.length / rank && outputs === up.length / rank) continue;
    return (
      `The adapter changes ${name} of ${down.length / rank} x ${up.length / rank}, ` +
      `and in the base it is ${inputs} x ${outputs}: it was trained on another model.`
    );
  }
  return undefined;
}
