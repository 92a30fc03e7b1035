import type { Device } from '../device/device.ts';
import { elementType, rowBytes, type Tensor } from '../device/tensor.ts';
import { dequantizerOf } from './dequantize.ts';
import type { ModelFile } from './model-file.ts';
import { TransposedWriter } from './transpose.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';

/** Elements converted at once: what a chunk of four bits holds would be ten times its size. */
const blockElements = 2 ** 18;

/** Writes the bytes of one tensor of the file, chunk by chunk, wherever they belong. */
export interface Destination {
  source: GgufTensor;
  accept: (chunk: Uint8Array, offsetBytes: number) => void;
}

/** Brings the tensors of a file to their destinations, in this order. */
export async function fillWeights(
  file: ModelFile,
  destinations: readonly Destination[],
  signal: AbortSignal,
): Promise<void> {
  for (const { source, accept } of destinations) {
    let offsetBytes = 0;
    for await (const chunk of file.chunks(source, rowBytes(source.type, source.ne[0] ?? 1))) {
      signal.throwIfAborted();
      accept(chunk, offsetBytes);
      offsetBytes += chunk.length;
    }
  }
}

/** Into a tensor of the same extents and type, or one of BF16 or F32. */
export const rowsInto = (device: Device, tensor: Tensor, source: GgufTensor): Destination => ({
  source,
  accept: (chunk, offsetBytes) => writeRows(device, tensor, { source, chunk, offsetBytes }),
});

/** Into such a tensor and, transposed, into another one of BF16 or F32. */
export function rowsAndTransposeInto(
  device: Device,
  { weight, transposed }: { weight: Tensor; transposed: Tensor },
  source: GgufTensor,
): Destination {
  const rows = rowsInto(device, weight, source);
  let writer: TransposedWriter | undefined;
  return {
    source,
    accept: (chunk, offsetBytes) => {
      writer ??= new TransposedWriter(device, transposed, source.type);
      rows.accept(chunk, offsetBytes);
      writer.write(chunk);
    },
  };
}

/** Whole rows of a matrix as they come from the file. */
interface Rows {
  source: GgufTensor;
  chunk: Uint8Array;
  /** Of the chunk in the tensor of the file. */
  offsetBytes: number;
}

function writeRows(device: Device, target: Tensor, rows: Rows): void {
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
