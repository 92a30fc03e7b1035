import { elementType, rowBytes, type Tensor } from '../device/tensor.ts';
import { type Dequantize, dequantizerOf } from './dequantize.ts';
import type { Device } from '../device/device.ts';

/** Rows transposed at once: 64 rows of a wide matrix still fit the second-level cache. */
const blockRows = 64;

/**
 * Fills the transposed copy [out, in] of a frozen matrix [in, out], block of rows by block of
 * rows as they come from the file, dequantized and rounded to the type of the copy (F32 or BF16).
 */
export class TransposedWriter {
  readonly #device: Device;
  readonly #target: Tensor;
  readonly #dequantize: Dequantize;
  readonly #rowBytes: number;
  #nextRow = 0;

  constructor(device: Device, target: Tensor, sourceType: number) {
    this.#device = device;
    this.#target = target;
    this.#dequantize = dequantizerOf(device.ggml, sourceType);
    this.#rowBytes = rowBytes(sourceType, target.ne[1]);
  }

  /** Takes whole rows of the source, continuing after those of the last call. */
  write(rows: Uint8Array): void {
    const blockBytes = blockRows * this.#rowBytes;
    for (let start = 0; start < rows.length; start += blockBytes)
      this.#writeBlock(rows.subarray(start, start + blockBytes));
  }

  #writeBlock(source: Uint8Array): void {
    const rowLength = this.#target.ne[1];
    const rows = source.length / this.#rowBytes;
    const values = new Float32Array(rows * rowLength);
    this.#dequantize(source, values);
    const ordered = transposed(values, rowLength);
    const data = this.#target.type === elementType.bf16 ? this.#toBrainFloats(ordered) : ordered;
    const elementBytes = data.BYTES_PER_ELEMENT;
    const runBytes = rows * elementBytes;
    this.#device.ggml.ggml_backend_tensor_set_2d(
      this.#target.pointer,
      data,
      this.#nextRow * elementBytes,
      runBytes,
      rowLength,
      this.#target.ne[0] * elementBytes,
      runBytes,
    );
    this.#nextRow += rows;
  }

  #toBrainFloats(values: Float32Array): Uint16Array {
    const rounded = new Uint16Array(values.length);
    this.#device.ggml.ggml_fp32_to_bf16_row(values, rounded, values.length);
    return rounded;
  }
}

/** Rows of `rowLength` values become columns. */
export function transposed(values: Float32Array, rowLength: number): Float32Array {
  const rows = values.length / rowLength;
  const result = new Float32Array(values.length);
  for (let column = 0; column < rowLength; column++)
    for (let row = 0; row < rows; row++)
      result[column * rows + row] = values[row * rowLength + column] ?? 0;
  return result;
}
