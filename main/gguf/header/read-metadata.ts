import { invalidGguf } from './gguf-error.ts';
import {
  arrayTypeId,
  findScalarType,
  type GgufArray,
  type GgufValue,
  type ScalarType,
} from './gguf-value.ts';
import type { HeaderCursor } from './header-cursor.ts';

/** The limit of the format; real keys have under 100 bytes. */
const maxKeyBytes = 65_535;
const maxArrayLength = 4 * 1024 * 1024;

const numberArrays = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** Reads `count` key-value pairs; rejects duplicate keys, unknown types and oversized values. */
export function readMetadata(cursor: HeaderCursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < count; index++) {
    const key = readName(cursor, maxKeyBytes, `metadata key ${index}`);
    if (metadata.has(key)) throw invalidGguf(`the metadata key "${key}" occurs twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}

/** Reads an identifier of 1 to `maxBytes` bytes: valid text without control characters. */
export function readName(cursor: HeaderCursor, maxBytes: number, what: string): string {
  cursor.need(8, what);
  const length = cursor.u64();
  if (length < 1 || length > maxBytes)
    throw invalidGguf(`${what} has ${length} bytes, allowed are 1 to ${maxBytes}`);
  cursor.need(length, what);
  const name = cursor.text(length);
  if (/\p{Cc}|\uFFFD/u.test(name))
    throw invalidGguf(`${what} has control characters or is no UTF-8: ${JSON.stringify(name)}`);
  return name;
}

function readValue(cursor: HeaderCursor, key: string): GgufValue {
  const what = `the value of "${key}"`;
  cursor.need(4, what);
  const typeId = cursor.u32();
  if (typeId === arrayTypeId) return readArray(cursor, `the array "${key}"`);
  const type = requireScalarType(typeId, what);
  if (type === 'string') return { type, value: cursor.string(what) };
  const bytes = cursor.copyBytes(elementBytes(type), what);
  return scalarOf(type, bytes, what);
}

function readArray(cursor: HeaderCursor, what: string): GgufArray {
  cursor.need(12, what);
  const elementType = requireScalarType(cursor.u32(), what);
  const length = cursor.u64();
  if (length > maxArrayLength)
    throw invalidGguf(`${what} has ${length} elements, allowed are ${maxArrayLength}`);
  if (elementType === 'string')
    return { type: 'array', elementType, value: cursor.strings(length, what) };
  return readElements(cursor, elementType, length, what);
}

function readElements(
  cursor: HeaderCursor,
  type: Exclude<ScalarType, 'string'>,
  length: number,
  what: string,
): GgufArray {
  const bytes = cursor.copyBytes(length * elementBytes(type), what);
  if (type === 'bool') {
    const value = Array.from(bytes, (byte) => truthValue(byte, what));
    return { type: 'array', elementType: type, value };
  }
  if (type === 'u64')
    return { type: 'array', elementType: type, value: new BigUint64Array(bytes.buffer) };
  if (type === 'i64')
    return { type: 'array', elementType: type, value: new BigInt64Array(bytes.buffer) };
  return { type: 'array', elementType: type, value: new numberArrays[type](bytes.buffer) };
}

function elementBytes(type: Exclude<ScalarType, 'string'>): number {
  if (type === 'bool') return 1;
  if (type === 'u64' || type === 'i64') return 8;
  return numberArrays[type].BYTES_PER_ELEMENT;
}

function scalarOf(
  type: Exclude<ScalarType, 'string'>,
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
): GgufValue {
  const view = new DataView(bytes.buffer);
  if (type === 'bool') return { type, value: truthValue(view.getUint8(0), what) };
  if (type === 'u64') return { type, value: view.getBigUint64(0, true) };
  if (type === 'i64') return { type, value: view.getBigInt64(0, true) };
  const [value = 0] = new numberArrays[type](bytes.buffer);
  return { type, value };
}

function truthValue(byte: number, what: string): boolean {
  if (byte > 1) throw invalidGguf(`${what} holds the truth value ${byte}, allowed are 0 and 1`);
  return byte === 1;
}

function requireScalarType(id: number, what: string): ScalarType {
  const type = findScalarType(id);
  if (type) return type;
  throw invalidGguf(
    id === arrayTypeId
      ? `${what} is an array of arrays, which no loader supports`
      : `${what} has the unknown type ${id}`,
  );
}
