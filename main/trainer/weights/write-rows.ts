import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { elementType, rowBytes, type Tensor } from '../device/tensor.ts';
import { dequantizerOf } from './dequantize.ts';
import type { Device } from '../device/device.ts';

/** Elements converted at once: what a chunk of four bits holds would be ten times its size. */
const blockElements = 2 ** 18;

/** Whole rows of a matrix as they come from the file. */
export interface Rows {
  source: GgufTensor;
  chunk: Uint8Array;
  /** Of the chunk in the tensor of the file. */
  offsetBytes: number;
}

/** Writes rows into a tensor of the same extents and type, or one of BF16 or F32. */
export function writeRows(device: Device, target: Tensor, rows: Rows): void {
  const { source, chunk, offsetBytes } = rows;
  if (target.type === source.type) device.write(target, chunk, offsetBytes);
  else convertRows(device, target, rows);
}

function convertRows(device: Device, target: Tensor, { source, chunk, offsetBytes }: Rows): void {
  const [rowLength] = target.ne;
  const dequantize = dequantizerOf(device.ggml, source.type);
  const sourceRowBytes = rowBytes(source.type, rowLength);
  const blockRows = Math.max(1, Math.floor(blockElements / rowLength));
  const values = new Float32Array(blockRows * rowLength);
  const rounded = new Uint16Array(target.type === elementType.bf16 ? values.length : 0);
  const firstRow = offsetBytes / sourceRowBytes;
  const endRow = chunk.length / sourceRowBytes;
  for (let row = 0; row < endRow; row += blockRows) {
    const count = Math.min(blockRows, endRow - row) * rowLength;
    const block = chunk.subarray(row * sourceRowBytes);
    dequantize(block, values.subarray(0, count));
    if (rounded.length > 0) device.ggml.ggml_fp32_to_bf16_row(values, rounded, count);
    const held = (rounded.length > 0 ? rounded : values).subarray(0, count);
    device.write(target, held, (firstRow + row) * rowLength * held.BYTES_PER_ELEMENT);
  }
}
