import type { NearGroup } from './near-duplicates.ts';
import { mixBits } from '../domain/seeded-uniform.ts';
import { wordHashes } from './word-hashes.ts';

/** Groups of texts that have the same words in the same order, case and punctuation aside. */
export class ExactDuplicates {
  readonly #members = new Map<string, number[]>();
  #count = 0;

  /** Compares one more text with those before. */
  add(text: string): void {
    const words = wordHashes(text);
    const index = this.#count++;
    if (words.length === 0) return;
    let [first, second] = [words.length, 0x9e_37_79_b1];
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? 0;
      first = Math.imul(first ^ word, 0x85_eb_ca_6b) + 0x27_d4_eb_2f;
      second = Math.imul(second, 0x01_00_01_93) ^ mixBits(word ^ first);
    }
    // 64 bits: of a million texts two differ by words alone with a chance of 3e-8.
    const key = `${mixBits(first)} ${mixBits(second)}`;
    const others = this.#members.get(key);
    if (others) others.push(index);
    else this.#members.set(key, [index]);
  }

  /** All groups of two and more, the largest first. */
  groups(): NearGroup[] {
    return [...this.#members.values()]
      .filter((members) => members.length > 1)
      .map((members) => ({ members, similarity: 1 }))
      .toSorted((one, other) => other.members.length - one.members.length);
  }
}
