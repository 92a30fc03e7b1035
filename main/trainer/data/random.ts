import { createCipheriv, createHash } from 'node:crypto';

/** Derives the seed of a numbered stream, so that epochs and layers do not repeat each other. */
export function deriveSeed(seed: number, stream: number): number {
  let mixed = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A permutation of 0 … count−1 (Fisher and Yates). */
export function shuffledOrder(count: number, uniform: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}

const counterStart = new Uint8Array(16);

/**
 * Uniform random bytes that follow from a name alone, on every machine: AES-128 in counter mode,
 * whose key is the start of the SHA-256 of the name. Neither order nor history matters, so a step
 * that is repeated draws the same numbers.
 */
export function keyedBytes(name: string, count: number): Uint8Array<ArrayBuffer> {
  const key = createHash('sha256').update(name).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, counterStart);
  // A copy: a buffer may lie at an odd offset of its pool, and callers read wider numbers.
  return Uint8Array.from(cipher.update(new Uint8Array(count)));
}

/** Where random marks go, and how often: each is drawn from 16 bits, which have to reach `threshold`. */
interface Marks {
  /** Elements from `start` to `end` that are not marked become 0. */
  into: Uint16Array;
  start: number;
  end: number;
  threshold: number;
  mark: number;
}

/**
 * Writes `mark` to elements that are drawn by a name alone, on every machine, several times as fast
 * as by `keyedBytes`: sfc32 of PractRand, whose state is the start of the SHA-256 of the name.
 */
export function markKeyed(name: string, { into, start, end, threshold, mark }: Marks): void {
  const digest = createHash('sha256').update(name).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  const highest = threshold - 1;
  for (let at = start - 2 * warmUpRounds; at < end; at += 2) {
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    if (at < start) continue;
    // Shifted to all ones where the draw is high enough: no processor can predict a branch here.
    into[at] = mark & ((highest - (drawn & 0xffff)) >> 31);
    if (at + 1 < end) into[at + 1] = mark & ((highest - (drawn >>> 16)) >> 31);
  }
}

/** What sfc32 takes until every bit of its state depends on every bit of the seed. */
const warmUpRounds = 12;
