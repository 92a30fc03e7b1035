/** One element type of ggml: `blockSize` elements of a row are stored in `blockBytes` bytes. */
export interface TensorType {
  name: string;
  id: number;
  blockSize: number;
  blockBytes: number;
}

/** Rows of id, name, block size, block bytes; from `ggml_type` and `type_traits` of ggml 0.5.0. */
const rows: [id: number, name: string, blockSize: number, blockBytes: number][] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [9, 'Q8_1', 32, 36],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [15, 'Q8_K', 256, 292],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
  [39, 'MXFP4', 32, 17],
  [40, 'NVFP4', 64, 36],
  [41, 'Q1_0', 128, 18],
  [42, 'Q2_0', 64, 18],
];

const typeById = new Map<number, TensorType>(
  rows.map(([id, name, blockSize, blockBytes]) => [id, { id, name, blockSize, blockBytes }]),
);
const idByName = new Map(rows.map(([id, name]) => [name, id]));

/** The type with this ggml id, or undefined: unknown ids are removed types or newer than ours. */
export const findTensorType = (id: number): TensorType | undefined => typeById.get(id);

/** The ggml name of a type id, as in `Q4_K`; `type 99` for an id that this ggml does not have. */
export const tensorTypeName = (id: number): string => typeById.get(id)?.name ?? `type ${id}`;

/** The ggml id of a type name such as `F16`; throws a RangeError for an unknown name. */
export function tensorTypeId(name: string): number {
  const id = idByName.get(name);
  if (id === undefined) throw new RangeError(`ggml has no tensor type "${name}"`);
  return id;
}

/**
 * Bytes of a tensor of shape `ne` (ggml order, contiguous). Computed in BigInt, so it cannot wrap;
 * throws a RangeError for an unknown type or a row that is no multiple of the block size.
 */
export function tensorSizeBytes(typeId: number, ne: readonly number[]): bigint {
  const type = typeById.get(typeId);
  if (!type) throw new RangeError(`ggml has no tensor type ${typeId}`);
  const rowLength = ne[0] ?? 1;
  if (rowLength % type.blockSize !== 0)
    throw new RangeError(
      `a row of ${rowLength} elements is no multiple of the ${type.name} block of ${type.blockSize}`,
    );
  const elements = ne.reduce((product, length) => product * BigInt(length), 1n);
  return (elements / BigInt(type.blockSize)) * BigInt(type.blockBytes);
}
