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
