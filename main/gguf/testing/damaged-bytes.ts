import { type Draw, pick } from './mutation.ts';

/** Counts and lengths that are nothing, one too many, or wrap around when they are added to. */
const numbers = [0n, 1n, 13n, 255n, 65_536n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 64n - 1n];

/** A place in a file, as often in its first bytes as in all the others: there are the counts. */
const placeIn = ({ length }: Buffer, draw: Draw) =>
  draw(Math.max(1, Math.min(length, 2 ** (4 + draw(24)))));

/** A place where a length and then text stand, found by looking like one; any place without. */
function stringIn(bytes: Buffer, draw: Draw): number {
  const from = placeIn(bytes, draw);
  for (let at = from; at + 9 < Math.min(bytes.length, from + 4096); at++)
    if (bytes.readUInt32LE(at + 4) === 0 && (bytes[at] ?? 0) > 0 && (bytes[at + 8] ?? 0) > 32)
      return at;
  return from;
}

function withNumber(bytes: Buffer, at: number, draw: Draw): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(pick(numbers, draw) ?? 0n);
  const changed = Buffer.from(bytes);
  number.copy(changed, at, 0, draw(2) === 0 ? 4 : 8);
  return changed;
}

function withFlips(bytes: Buffer, draw: Draw): Buffer {
  const changed = Buffer.from(bytes);
  for (let count = 1 + draw(8); count > 0; count--) {
    const at = placeIn(bytes, draw);
    changed[at] = (changed[at] ?? 0) ^ (1 << draw(8));
  }
  return changed;
}

const without = (bytes: Buffer, at: number, count: number, instead: Buffer = Buffer.alloc(0)) =>
  Buffer.concat([bytes.subarray(0, at), instead, bytes.subarray(at + count)]);

const damages: Record<string, (bytes: Buffer, draw: Draw) => Buffer> = {
  cut: (bytes, draw) => bytes.subarray(0, placeIn(bytes, draw)),
  'bits flipped': withFlips,
  'a number replaced': (bytes, draw) => withNumber(bytes, placeIn(bytes, draw), draw),
  'a count replaced': (bytes, draw) => withNumber(bytes, 8 * (1 + draw(2)), draw),
  'a length replaced': (bytes, draw) => withNumber(bytes, stringIn(bytes, draw), draw),
  'a string that is no text': (bytes, draw) => {
    const at = stringIn(bytes, draw) + 8;
    return without(bytes, at, 1, Buffer.of(pick([0, 10, 0xc3, 0xff], draw) ?? 0));
  },
  'a piece lost': (bytes, draw) => without(bytes, placeIn(bytes, draw), 1 + draw(64)),
  'a piece twice': (bytes, draw) => {
    const at = placeIn(bytes, draw);
    return without(bytes, at, 0, bytes.subarray(at, at + 1 + draw(200)));
  },
};

/** A GGUF file that was damaged as bytes, the same for the same draws, and what was done to it. */
export function damagedBytes(bytes: Buffer, draw: Draw): { name: string; bytes: Buffer } {
  const [name, damage] = pick(Object.entries(damages), draw) ?? ['bits flipped', withFlips];
  return { name, bytes: damage(bytes, draw) };
}
