/** A tensor entry as bytes of a file, right or wrong. */
export interface RawTensor {
  name: Buffer;
  ne: bigint[];
  type: number;
  offset: bigint;
  /** Written instead of the number of entries of `ne`. */
  dimensions?: number;
}

/** A GGUF file field by field, without any check, so that tests can write broken ones. */
export interface RawGguf {
  magic: string;
  version: number;
  tensorCount: bigint;
  keyCount: bigint;
  entries: Buffer[];
  tensors: RawTensor[];
  alignment: number;
  dataBytes: number;
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

/** A string with its length, or with a wrong `length`. */
export const text = (value: string | Buffer, length?: bigint): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(length ?? BigInt(bytes.length)), bytes]);
};

/** A metadata entry of a numeric id and the bytes of its value. */
export const entry = (key: string, typeId: number, ...value: Buffer[]): Buffer =>
  Buffer.concat([text(key), u32(typeId), ...value]);

/** An array entry; `length` can be wrong. */
export const array = (key: string, elementTypeId: number, ...value: Buffer[]): Buffer =>
  entry(key, 9, u32(elementTypeId), u64(BigInt(value.length)), ...value);

/** Two F32 tensors of 64 bytes and a vocabulary of two tokens: valid as it is. */
export function validRawGguf(): RawGguf {
  return {
    magic: 'GGUF',
    version: 3,
    tensorCount: 2n,
    keyCount: 4n,
    entries: [
      entry('general.architecture', 8, text('llama')),
      entry('llama.block_count', 4, u32(1)),
      array('tokenizer.ggml.tokens', 8, text('a'), text('<0x0A>')),
      array('tokenizer.ggml.token_type', 5, u32(1), u32(6)),
    ],
    tensors: [
      { name: Buffer.from('token_embd.weight'), ne: [8n, 2n], type: 0, offset: 0n },
      { name: Buffer.from('output_norm.weight'), ne: [16n], type: 0, offset: 64n },
    ],
    alignment: 32,
    dataBytes: 128,
  };
}

/** The bytes of the file. */
export function encodeRawGguf(raw: RawGguf): Buffer {
  const header = Buffer.concat([
    Buffer.from(raw.magic),
    u32(raw.version),
    u64(raw.tensorCount),
    u64(raw.keyCount),
    ...raw.entries,
    ...raw.tensors.map(encodeTensor),
  ]);
  const padding = (raw.alignment - (header.length % raw.alignment)) % raw.alignment;
  return Buffer.concat([header, Buffer.alloc(padding + raw.dataBytes)]);
}

const encodeTensor = ({ name, ne, type, offset, dimensions }: RawTensor): Buffer =>
  Buffer.concat([text(name), u32(dimensions ?? ne.length), ...ne.map(u64), u32(type), u64(offset)]);
