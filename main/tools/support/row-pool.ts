import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { tensorSizeBytes, tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { loadGgml } from '../../trainer/ffi/library.ts';
import { dequantizerOf } from '../../trainer/weights/dequantize.ts';
import { quantizeRows } from '../../trainer/weights/quantize-model.ts';

/** Every row is one block of the types with the largest blocks. */
export const rowLength = 256;
/** Matrices are made of few different rows, each of which is turned into its type once. */
export const pooledRows = 64;

/** Deviation of weights that leave the size of what they multiply as it is. */
const deviation = 1 / Math.sqrt(rowLength);
/** Types whose codes ggml searches for seconds; any code of theirs stands for some weights. */
const searched = /^IQ[12]_/;

/** Rows of random weights of one type, as they lie in a file and as the numbers they stand for. */
export interface RowPool {
  type: number;
  bytes: Uint8Array;
  values: Float32Array;
}

/** Random rows of a type, equal on every machine. */
export function makeRowPool(typeName: string): RowPool {
  const type = tensorTypeId(typeName);
  const bytes = new Uint8Array(Number(tensorSizeBytes(type, [rowLength, pooledRows])));
  const values = new Float32Array(rowLength * pooledRows);
  const dequantize = dequantizerOf(loadGgml(), type);
  if (searched.test(typeName)) {
    const blockBytes = bytes.length / pooledRows;
    fillWithCodes(bytes);
    setScales(bytes, { typeName, blockBytes, scale: 1 });
    dequantize(bytes, values);
    const scale =
      deviation / Math.sqrt(values.reduce((sum, value) => sum + value ** 2 / values.length, 0));
    setScales(bytes, { typeName, blockBytes, scale });
  } else {
    fillWithNormal(values);
    quantizeRows(type, { values, rowLength, target: bytes });
  }
  dequantize(bytes, values);
  return { type, bytes, values };
}

function fillWithCodes(bytes: Uint8Array): void {
  const uniform = seededUniform(3);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(uniform() * 256);
}

/** A sum of four uniform numbers is close to normal. */
function fillWithNormal(values: Float32Array): void {
  const uniform = seededUniform(3);
  for (let index = 0; index < values.length; index++)
    values[index] = (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3) * deviation;
}

/** Where ggml-common.h puts the F16 scale of a block: first, or in four pieces (block_iq1_m). */
function setScales(
  bytes: Uint8Array,
  { typeName, blockBytes, scale }: { typeName: string; blockBytes: number; scale: number },
): void {
  const [half = 0] = new Uint16Array(Float16Array.of(scale).buffer);
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, blockBytes);
    if (typeName !== 'IQ1_M') view.setUint16(0, half, true);
    else
      for (const piece of [0, 1, 2, 3]) {
        const at = 49 + 2 * piece;
        view.setUint8(at, (view.getUint8(at) & 0x0f) | (((half >> (4 * piece)) & 0x0f) << 4));
      }
  }
}
