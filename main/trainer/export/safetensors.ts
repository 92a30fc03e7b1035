/** A tensor of 32-bit floats in the order of PyTorch: the last extent runs fastest. */
export interface FloatTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** The bytes of a safetensors file: length of the header, header in JSON, tensors back to back. */
export function encodeSafetensors(tensors: readonly FloatTensor[]): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The data begins at a multiple of 8, filled with spaces as the format asks for.
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  const data = tensors.map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, json, padding, ...data]);
}
