import { type GgufFile, getNumber, getString } from '../../gguf/header/gguf-file.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { dequantizerOf } from '../weights/dequantize.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { loadGgml } from '../ffi/library.ts';

/** The change of one weight [in, out]: `scale` · b · a. */
export interface LoraFactors {
  rank: number;
  /** `lora_a` [in, rank] in ggml's order: `rank` rows of inputs. */
  a: Float32Array;
  /** `lora_b` [rank, out] in ggml's order: `out` rows of `rank`. */
  b: Float32Array;
  /** α / rank, as llama.cpp applies it; 1 without an α. */
  scale: number;
}

/** Whether a checkpoint is an adapter; else it is a whole model. */
export const isAdapter = ({ header }: ModelFile): boolean =>
  getString(header, 'general.type') === 'adapter';

/** Every factor of an adapter by the name of the weight that it changes. */
export async function readFactors(adapter: ModelFile): Promise<Map<string, LoraFactors>> {
  const tensors = new Map(adapter.header.tensors.map((tensor) => [tensor.name, tensor]));
  const alpha = getNumber(adapter.header, 'adapter.lora.alpha') ?? 0;
  const factors = new Map<string, LoraFactors>();
  for (const [name, a] of tensors) {
    const b = tensors.get(name.replace(/\.lora_a$/, '.lora_b'));
    if (!name.endsWith('.lora_a') || !b) continue;
    const weightName = name.slice(0, -'.lora_a'.length);
    const rank = b.ne[0] ?? 1;
    requirePlain(adapter, weightName, a);
    factors.set(weightName, {
      rank,
      a: await readFloats(adapter, a),
      b: await readFloats(adapter, b),
      scale: alpha === 0 ? 1 : alpha / rank,
    });
  }
  return factors;
}

/** Why a factor of an adapter does not fit its base, or undefined when all do. */
export function findUnusable(
  factors: ReadonlyMap<string, LoraFactors>,
  base: GgufFile,
): string | undefined {
  const shapes = new Map(base.tensors.map(({ name, ne }) => [name, ne]));
  for (const [name, { a, b, rank }] of factors) {
    const [inputs = 0, outputs = 0] = shapes.get(name) ?? [];
    if (inputs === a.length / rank && outputs === b.length / rank) continue;
    return (
      `The adapter changes ${name} of ${a.length / rank} x ${b.length / rank}, ` +
      `and in the base it is ${inputs} x ${outputs}: it was trained on another model.`
    );
  }
  return undefined;
}

/** Embeddings are stored the other way round, and experts as many matrices. */
function requirePlain({ path }: ModelFile, weightName: string, { ne }: GgufTensor): void {
  if (ne.length <= 2 && weightName !== 'token_embd.weight') return;
  throw new TrainerError(
    'ADAPTER_UNREADABLE',
    `The adapter changes ${weightName}, which can only be applied while the model runs.`,
    { path },
  );
}

/** All of a small tensor as 32-bit floats. */
export async function readFloats(file: ModelFile, tensor: GgufTensor): Promise<Float32Array> {
  const rowLength = tensor.ne[0] ?? 1;
  const rows = tensor.ne.slice(1).reduce((product, length) => product * length, 1);
  const values = new Float32Array(rowLength * rows);
  const dequantize = dequantizerOf(loadGgml(), tensor.type);
  const rowBytes = tensor.sizeBytes / rows;
  let done = 0;
  for await (const chunk of file.chunks(tensor, rowBytes)) {
    const count = (chunk.length / rowBytes) * rowLength;
    dequantize(chunk, values.subarray(done, done + count));
    done += count;
  }
  return values;
}
