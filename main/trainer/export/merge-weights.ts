import { setImmediate } from 'node:timers/promises';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { loadGgml } from '../ffi/library.ts';
import { dequantizerOf } from '../weights/dequantize.ts';
import type { ModelFile } from '../weights/model-file.ts';
import type { LoraFactors } from './lora-factors.ts';
import { elementType, rowBytes } from '../device/tensor.ts';

/** Rows that are floats at one time. */
const chunkFloats = 2 * 1024 * 1024;

/** A tensor on its way into another file. */
export interface MergedTensor {
  tensor: GgufTensor;
  /** ggml id of the type it gets. */
  type: number;
  /** What is added to it; nothing when absent. */
  change?: { factors: LoraFactors; strength: number } | undefined;
}

/**
 * The bytes of W + strength · scale · b·a in the wanted type, some rows at a time, so that memory
 * does not grow with the model. An abort ends it between two of them.
 */
export async function* mergedChunks(
  file: ModelFile,
  { tensor, type, change }: MergedTensor,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const ggml = loadGgml();
  const rowLength = tensor.ne[0] ?? 1;
  const sourceRow = rowBytes(tensor.type, rowLength);
  const dequantize = dequantizerOf(ggml, tensor.type);
  const rowsAtOnce = Math.max(1, Math.floor(chunkFloats / rowLength));
  let firstRow = 0;
  for await (const chunk of file.chunks(tensor, sourceRow)) {
    for (let at = 0; at < chunk.length; at += rowsAtOnce * sourceRow) {
      const source = chunk.subarray(at, at + rowsAtOnce * sourceRow);
      const rows = source.length / sourceRow;
      const values = new Float32Array(rows * rowLength);
      dequantize(source, values);
      if (change) addProduct(values, { firstRow, rowLength }, change);
      yield encode(values, type, rowLength);
      firstRow += rows;
      // Lets a cancel be read between two pieces of arithmetic.
      await setImmediate();
      signal.throwIfAborted();
    }
  }
}

function encode(values: Float32Array, type: number, rowLength: number): Uint8Array {
  if (type === elementType.f32) return new Uint8Array(values.buffer);
  const rows = values.length / rowLength;
  const data = new Uint8Array(rows * rowBytes(type, rowLength));
  loadGgml().ggml_quantize_chunk(type, values, data, 0, rows, rowLength, null);
  return data;
}

/** Adds rows `firstRow` and following of strength · scale · b·a. */
function addProduct(
  values: Float32Array,
  { firstRow, rowLength }: { firstRow: number; rowLength: number },
  { factors: { a, b, rank, scale }, strength }: NonNullable<MergedTensor['change']>,
): void {
  const rows = values.length / rowLength;
  for (let row = 0; row < rows; row++) {
    const target = values.subarray(row * rowLength, (row + 1) * rowLength);
    for (let component = 0; component < rank; component++) {
      const factor = strength * scale * (b[(firstRow + row) * rank + component] ?? 0);
      const inputs = a.subarray(component * rowLength, (component + 1) * rowLength);
      for (let index = 0; index < rowLength; index++)
        target[index] = (target[index] ?? 0) + factor * (inputs[index] ?? 0);
    }
  }
}
