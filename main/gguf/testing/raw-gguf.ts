/** A tensor entry as bytes of a file, right or wrong. */
export interface RawTensor {
  name: Buffer;
  ne: bigint[];
  type: number;
  offset: bigint;
  /** Written instead of the number of entries of `ne`. */
  dimensions?: number;
}

/** A metadata entry as bytes of a file, right or wrong. */
export interface RawEntry {
  key: string | Buffer;
  /** Written instead of the number of bytes of the key. */
  keyLength?: bigint;
  typeId: number;
  value: Buffer;
}

/** A GGUF file field by field, without any check, so that tests can write broken ones. */
export interface RawGguf {
  magic: string;
  version: number;
  /** Written instead of the number of tensors. */
  tensorCount?: bigint;
  /** Written instead of the number of entries. */
  keyCount?: bigint;
  entries: RawEntry[];
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

export const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

/** A string with its length, or with a wrong `length`. */
export const text = (value: string | Buffer, length?: bigint): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(length ?? BigInt(bytes.length)), bytes]);
};

/** A metadata entry of a numeric type id and the bytes of its value. */
export const entry = (key: string, typeId: number, ...value: Buffer[]): RawEntry => ({
  key,
  typeId,
  value: Buffer.concat(value),
});

/** An array entry of as many elements as there are values. */
export const array = (key: string, elementTypeId: number, ...value: Buffer[]): RawEntry =>
  entry(key, 9, u32(elementTypeId), u64(BigInt(value.length)), ...value);

/** An array of strings. */
export const strings = (key: string, values: readonly string[]): RawEntry =>
  array(key, 8, ...values.map((value) => text(value)));

/** The bytes of the file. */
export function encodeRawGguf(raw: RawGguf): Buffer {
  const header = Buffer.concat([
    Buffer.from(raw.magic),
    u32(raw.version),
    u64(raw.tensorCount ?? BigInt(raw.tensors.length)),
    u64(raw.keyCount ?? BigInt(raw.entries.length)),
    ...raw.entries.map(encodeEntry),
    ...raw.tensors.map(encodeTensor),
  ]);
  // Without tensors there is no data section, and nothing is padded.
  const padding = (raw.alignment - (header.length % raw.alignment)) % raw.alignment;
  const hasData = raw.tensors.length > 0;
  return Buffer.concat([header, Buffer.alloc(hasData ? padding + raw.dataBytes : 0)]);
}

const encodeEntry = ({ key, keyLength, typeId, value }: RawEntry): Buffer =>
  Buffer.concat([text(Buffer.from(key), keyLength), u32(typeId), value]);

const encodeTensor = ({ name, ne, type, offset, dimensions }: RawTensor): Buffer =>
  Buffer.concat([text(name), u32(dimensions ?? ne.length), ...ne.map(u64), u32(type), u64(offset)]);
