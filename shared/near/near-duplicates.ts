import { bandKeys, bands, jaccard, setOf, shinglesOf } from './shingles.ts';

/** Texts that are alike, as they were added, in that order. */
export interface NearGroup {
  members: number[];
  /** The least similarity by which a member joined the group, 0 to 1. */
  similarity: number;
}

/** A text of the same words in a bucket is compared with so many others at most. */
const mostCompared = 16;

/**
 * Groups of texts that are alike: three words in a row are one thing, and two texts belong together
 * where they share `threshold` of all such things that either has (Jaccard). Candidates come from
 * MinHash in bands, so that time grows with the number of texts and not with its square; each pair is
 * then compared exactly. Groups are transitive: two members may be less alike than the threshold.
 */
export class NearDuplicates {
  readonly #threshold: number;
  readonly #shingles: Uint32Array[] = [];
  /** Of texts that were compared; most never are. */
  readonly #sets: (Uint32Array | undefined)[] = [];
  readonly #parent: number[] = [];
  readonly #similarity: number[] = [];
  readonly #buckets = new Buckets();
  readonly #keys = new Uint32Array(bands);

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** Compares one more text with those before. */
  add(text: string): void {
    const index = this.#shingles.length;
    const shingles = shinglesOf(text);
    this.#shingles.push(shingles);
    this.#sets.push(undefined);
    this.#parent.push(index);
    this.#similarity.push(1);
    if (shingles.length === 0) return;
    bandKeys(shingles, this.#keys);
    for (let band = 0; band < bands; band++) this.#meet(index, this.#keys[band] ?? 0);
  }

  /** All groups of two and more, the largest first. */
  groups(): NearGroup[] {
    const members = Map.groupBy(this.#parent.keys(), (index) => this.#root(index));
    return [...members]
      .filter(([, all]) => all.length > 1)
      .map(([root, all]) => ({ members: all, similarity: this.#similarity[root] ?? 1 }))
      .toSorted((one, other) => other.members.length - one.members.length);
  }

  /** Compares with what is in a bucket; who belongs to one of them needs no place in it. */
  #meet(index: number, key: number): void {
    let entry = this.#buckets.newest(key);
    for (let compared = 0; entry >= 0 && compared < mostCompared; compared++) {
      if (this.#join(index, this.#buckets.textOf(entry))) return;
      entry = this.#buckets.before(entry);
    }
    this.#buckets.enter(key, index);
  }

  /** Whether two texts are of one group now. */
  #join(one: number, other: number): boolean {
    const [first, second] = [this.#root(one), this.#root(other)];
    if (first === second) return true;
    const [a, b] = [this.#setOf(one), this.#setOf(other)];
    const most = Math.min(a.length, b.length) / Math.max(a.length, b.length);
    const similarity = most < this.#threshold ? 0 : jaccard(a, b);
    if (similarity < this.#threshold) return false;
    const [root, joining] = [Math.min(first, second), Math.max(first, second)];
    this.#parent[joining] = root;
    const least = (at: number) => this.#similarity[at] ?? 1;
    this.#similarity[root] = Math.min(similarity, least(root), least(joining));
    return true;
  }

  #setOf(index: number): Uint32Array {
    return (this.#sets[index] ??= setOf(this.#shingles[index] ?? new Uint32Array(0)));
  }

  #root(index: number): number {
    let at = index;
    for (let up = this.#parent[at] ?? at; up !== at; up = this.#parent[at] ?? at) {
      this.#parent[at] = this.#parent[up] ?? up;
      at = up;
    }
    return at;
  }
}

const firstRoom = 1 << 15;

/** Which texts have a key: a table that is never more than half full, and chains behind it. */
class Buckets {
  /** Key and newest entry + 1 beside each other, so that a look costs one place in memory. */
  #table = new Int32Array(firstRoom * 4);
  #texts = new Int32Array(firstRoom);
  #before = new Int32Array(firstRoom);
  #count = 0;

  /** The newest entry of a key, -1 for none. */
  newest(key: number): number {
    return (this.#table[this.#slotOf(key) + 1] ?? 0) - 1;
  }

  /** The entry of the same key before this one, -1 for none. */
  before(entry: number): number {
    return this.#before[entry] ?? -1;
  }

  textOf(entry: number): number {
    return this.#texts[entry] ?? 0;
  }

  enter(key: number, text: number): void {
    if (this.#count === this.#texts.length) this.#grow();
    const slot = this.#slotOf(key);
    this.#texts[this.#count] = text;
    this.#before[this.#count] = (this.#table[slot + 1] ?? 0) - 1;
    this.#count += 1;
    this.#table[slot] = key;
    this.#table[slot + 1] = this.#count;
  }

  /** Where a key is, or would be. */
  #slotOf(key: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = (key * 2) & mask;
    while (table[slot + 1] !== 0 && table[slot] !== (key | 0)) slot = (slot + 2) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#table;
    this.#texts = grown(this.#texts);
    this.#before = grown(this.#before);
    this.#table = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue;
      const slot = this.#slotOf(old[at] ?? 0);
      this.#table[slot] = old[at] ?? 0;
      this.#table[slot + 1] = old[at + 1] ?? 0;
    }
  }
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const room = new Int32Array(numbers.length * 2);
  room.set(numbers);
  return room;
}
