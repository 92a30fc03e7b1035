import { createCipheriv, createHash } from 'node:crypto';

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
