import { padTo } from '../header/read-tensors.ts';
import type { GgufStream } from './gguf-content.ts';
import { tensorSizeBytes } from '../header/tensor-types.ts';
import {
  arrayTypeId,
  scalarTypeId,
  type GgufValue,
  type ScalarType,
} from '../header/gguf-value.ts';

const magic = 0x46554747;
const version = 3;

/** The bytes before the data section, without its padding: header, metadata, tensor entries. */
export function encodeHeader(content: GgufStream, alignment: number): Uint8Array {
  requireUnique(content.metadata.map(({ key }) => key));
  requireUnique(content.tensors.map(({ name }) => name));
  const fields = [
    u32(magic),
    u32(version),
    u64(content.tensors.length),
    u64(content.metadata.length),
  ];
  for (const entry of content.metadata) fields.push(text(entry.key), encodeValue(entry));
  let offset = 0;
  for (const { name, ne, type } of content.tensors) {
    fields.push(text(name), u32(ne.length), ...ne.map(u64), u32(type), u64(offset));
    offset = padTo(offset + Number(tensorSizeBytes(type, ne)), alignment);
  }
  return Buffer.concat(fields);
}

/** A metadata value as in a file: its type id, for an array the type and number of elements, data. */
export function encodeValue(entry: GgufValue): Buffer {
  if (entry.type !== 'array')
    return Buffer.concat([u32(scalarTypeId(entry.type)), encodeScalar(entry.type, entry.value)]);
  const { elementType } = entry;
  const elements = Array.from<string | number | bigint | boolean>(entry.value);
  return Buffer.concat([
    u32(arrayTypeId),
    u32(scalarTypeId(elementType)),
    u64(elements.length),
    ...elements.map((element) => encodeScalar(elementType, element)),
  ]);
}

function encodeScalar(type: ScalarType, value: string | number | bigint | boolean): Buffer {
  if (type === 'string') return text(String(value));
  if (type === 'bool') return Buffer.from([value ? 1 : 0]);
  if (type === 'u64') return fill(8, (view) => view.setBigUint64(0, BigInt(value), true));
  if (type === 'i64') return fill(8, (view) => view.setBigInt64(0, BigInt(value), true));
  if (type === 'f64') return fill(8, (view) => view.setFloat64(0, Number(value), true));
  if (type === 'f32') return fill(4, (view) => view.setFloat32(0, Number(value), true));
  return encodeInteger(type, Number(value));
}

/** The small integer types by size in bytes and lowest value. */
const integers = {
  u8: { bytes: 1, lowest: 0 },
  i8: { bytes: 1, lowest: -(2 ** 7) },
  u16: { bytes: 2, lowest: 0 },
  i16: { bytes: 2, lowest: -(2 ** 15) },
  u32: { bytes: 4, lowest: 0 },
  i32: { bytes: 4, lowest: -(2 ** 31) },
};

function encodeInteger(type: keyof typeof integers, value: number): Buffer {
  const { bytes, lowest } = integers[type];
  const highest = lowest + 2 ** (bytes * 8) - 1;
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw new RangeError(`The metadata value ${value} does not fit the type ${type}`);
  return fill(bytes, (view) => {
    if (bytes === 1) view.setUint8(0, value);
    else if (bytes === 2) view.setUint16(0, value, true);
    else view.setUint32(0, value, true);
  });
}

function fill(sizeBytes: number, write: (view: DataView) => void): Buffer {
  const buffer = new ArrayBuffer(sizeBytes);
  write(new DataView(buffer));
  return Buffer.from(buffer);
}

const u32 = (value: number) => fill(4, (view) => view.setUint32(0, value, true));
const u64 = (value: number) => fill(8, (view) => view.setBigUint64(0, BigInt(value), true));

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function requireUnique(names: string[]): void {
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new RangeError(`The name "${duplicate}" occurs twice in the GGUF content`);
}
