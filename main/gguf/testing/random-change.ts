import { padTo } from '../header/read-tensors.ts';
import { findTensorType, tensorSizeBytes } from '../header/tensor-types.ts';
import { type Draw, pick } from './mutation.ts';
import { encodeRawGguf, f32, type RawGguf, u32 } from './raw-gguf.ts';

const wholeNumbers = [
  0,
  1,
  2,
  3,
  5,
  7,
  8,
  16,
  31,
  32,
  33,
  64,
  255,
  4096,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
];
const realNumbers = [0, -1, 1e-38, 1e38, 0.5, 3, -0];

/** Changes in which a file often stays well-formed, so that deeper layers see it. */
const changes: ((raw: RawGguf, draw: Draw) => void)[] = [
  (raw, draw) => {
    const found = pick(
      raw.entries.filter(({ typeId }) => typeId === 4 || typeId === 6),
      draw,
    );
    if (!found) return;
    const isWhole = found.typeId === 4;
    found.value = isWhole ? u32(pick(wholeNumbers, draw) ?? 0) : f32(pick(realNumbers, draw) ?? 0);
  },
  (raw, draw) => void raw.entries.splice(draw(raw.entries.length), 1),
  (raw, draw) => {
    const { value } = pick(raw.entries, draw) ?? {};
    if (value) value[draw(value.length)] = draw(256);
  },
  (raw, draw) => {
    const tensor = pick(raw.tensors, draw);
    if (tensor) tensor.type = draw(43);
  },
  (raw, draw) => {
    const tensor = pick(raw.tensors, draw);
    const other = pick(raw.tensors, draw);
    if (tensor && other) tensor.ne = [...other.ne];
  },
  (raw, draw) => {
    const tensor = pick(raw.tensors, draw);
    if (tensor) tensor.ne[draw(tensor.ne.length + 1)] = BigInt(1 + draw(64));
  },
  (raw, draw) => void raw.tensors.splice(draw(raw.tensors.length), 1),
  (raw, draw) => {
    const [left, right] = [pick(raw.tensors, draw), pick(raw.tensors, draw)];
    if (left && right) [left.name, right.name] = [right.name, left.name];
  },
];

/** The bytes of a file that is changed at random: one to three fields, or a few bytes of its header. */
export function changedAtRandom(raw: RawGguf, draw: Draw): Buffer {
  if (draw(4) === 0) return withOtherBytes(encodeRawGguf(raw), raw.dataBytes, draw);
  for (let count = 1 + draw(3); count > 0; count--) pick(changes, draw)?.(raw, draw);
  placeAnew(raw);
  return encodeRawGguf(raw);
}

function withOtherBytes(bytes: Buffer, dataBytes: number, draw: Draw): Buffer {
  const header = bytes.length - dataBytes;
  for (let count = 1 + draw(3); count > 0; count--) bytes[draw(header)] = draw(256);
  return bytes;
}

/** Offsets and data as the shapes need them, as far as their types and rows can be. */
function placeAnew(raw: RawGguf): void {
  let offset = 0;
  raw.dataBytes = 0;
  for (const tensor of raw.tensors) {
    const { blockSize = 0 } = findTensorType(tensor.type) ?? {};
    const ne = tensor.ne.map(Number);
    if (blockSize === 0 || (ne[0] ?? 1) % blockSize !== 0) continue;
    tensor.offset = BigInt(offset);
    raw.dataBytes = offset + Number(tensorSizeBytes(tensor.type, ne));
    offset = padTo(raw.dataBytes, raw.alignment);
  }
}
