import { readFile } from 'node:fs/promises';
import type { TensorToWrite } from '../../gguf/write/gguf-content.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { tensorSizeBytes, tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { loadGgml } from '../ffi/library.ts';

/**
 * Copies an F32 model with its matrices quantized by ggml itself; `typeOf` names the type of each
 * matrix, as files like Q4_K_M mix them.
 */
export async function quantizeModel(
  sourcePath: string,
  targetPath: string,
  typeOf: (tensorName: string) => string,
): Promise<void> {
  const source = await readGguf(sourcePath);
  const bytes = await readFile(sourcePath);
  const tensors = source.tensors.map((tensor): TensorToWrite => {
    const start = tensor.offsetBytes;
    const values = new Float32Array(bytes.buffer.slice(start, start + tensor.sizeBytes));
    const isMatrix = (tensor.ne[1] ?? 1) > 1;
    return quantize(tensor, values, isMatrix ? typeOf(tensor.name) : 'F32');
  });
  const metadata = [...source.metadata].map(([key, value]) => ({ key, ...value }));
  await writeGguf(targetPath, { metadata, tensors });
}

function quantize({ name, ne }: GgufTensor, values: Float32Array, typeName: string): TensorToWrite {
  const type = tensorTypeId(typeName);
  const data = new Uint8Array(Number(tensorSizeBytes(type, ne)));
  const [rowLength = 1] = ne;
  quantizeRows(type, { values, rowLength, target: data });
  return { name, ne, type, data };
}

/** Values of whole rows, and where their bytes go. */
interface RowsToQuantize {
  values: Float32Array;
  rowLength: number;
  target: Uint8Array;
}

/** Quantizes rows by ggml's own code; types that want importances get equal ones. */
export function quantizeRows(type: number, { values, rowLength, target }: RowsToQuantize): void {
  const ggml = loadGgml();
  const importances = ggml.ggml_quantize_requires_imatrix(type)
    ? new Float32Array(rowLength).fill(1)
    : null;
  const rows = values.length / rowLength;
  ggml.ggml_quantize_chunk(type, values, target, 0, rows, rowLength, importances);
}
