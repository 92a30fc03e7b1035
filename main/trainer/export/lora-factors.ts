import { getNumber, getString } from '../../gguf/header/metadata.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { TrainerError } from '../../engines/protocol/engine-error.ts';
import { dequantizerOf } from '../weights/dequantize.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { loadGgml } from '../ffi/library.ts';

/** The change of one weight [in, out]: `scale` · B · A. */
export interface LoraFactors {
  rank: number;
  /** [in, rank] in ggml order: `rank` rows of inputs. */
  down: Float32Array;
  /** [rank, out] in ggml order: `out` rows of `rank`. */
  up: Float32Array;
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
  for (const [name, down] of tensors) {
    const up = tensors.get(name.replace(/\.lora_a$/, '.lora_b'));
    if (!name.endsWith('.lora_a') || !up) continue;
    const weightName = name.slice(0, -'.lora_a'.length);
    const rank = up.ne[0] ?? 1;
    requirePlain(adapter, weightName, down);
    factors.set(weightName, {
      rank,
      down: await readFloats(adapter, down),
      up: await readFloats(adapter, up),
      scale: alpha === 0 ? 1 : alpha / rank,
    });
  }
  return factors;
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
