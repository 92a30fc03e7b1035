import type { ScratchFile } from './scratch-file.ts';

/** So many records are sorted in memory; more of them lie in the scratch file, run by run. */
const recordsInRun = 1 << 17;
/** Read of a run at once. */
const recordsAtOnce = 256;

/** Sorts records of so many numbers by the first ones of them, with flat memory. */
export class RecordSorter {
  readonly #file: ScratchFile;
  readonly #width: number;
  readonly #keys: number;
  readonly #records: Float64Array;
  readonly #capacity: number;
  #count = 0;
  readonly #runs: { at: number; records: number }[] = [];

  constructor(
    file: ScratchFile,
    { width, keys, capacity = recordsInRun }: { width: number; keys: number; capacity?: number },
  ) {
    this.#file = file;
    this.#width = width;
    this.#keys = keys;
    this.#capacity = capacity;
    this.#records = new Float64Array(capacity * width);
  }

  /** Adds a record of `width` numbers. */
  add(record: readonly number[]): void {
    if (this.#count === this.#capacity) this.#endRun();
    this.#records.set(record, this.#count * this.#width);
    this.#count++;
  }

  /** All records, ascending; each is valid until the next one is asked for. Adds none meanwhile. */
  *sorted(): Generator<Float64Array> {
    if (this.#count > 0) this.#endRun();
    const readers = this.#runs.map((run) => this.#readRun(run));
    const heads = readers.map((reader) => reader.next().value);
    for (;;) {
      const least = this.#leastOf(heads);
      const record = heads[least];
      if (!record) return;
      yield record;
      heads[least] = readers[least]?.next().value;
    }
  }

  #leastOf(heads: readonly (Float64Array | undefined)[]): number {
    let least = -1;
    for (const [index, head] of heads.entries()) {
      const best = heads[least];
      if (head && (!best || this.#compare(head, 0, best, 0) < 0)) least = index;
    }
    return least;
  }

  #compare(a: Float64Array, aAt: number, b: Float64Array, bAt: number): number {
    for (let key = 0; key < this.#keys; key++) {
      const difference = (a[aAt + key] ?? 0) - (b[bAt + key] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #endRun(): void {
    const [width, records] = [this.#width, this.#records];
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index * width);
    order.sort((a, b) => this.#compare(records, a, records, b));
    const sorted = new Float64Array(this.#count * width);
    for (const [index, at] of order.entries())
      sorted.set(records.subarray(at, at + width), index * width);
    const at = this.#file.append(new Uint8Array(sorted.buffer));
    this.#runs.push({ at, records: this.#count });
    this.#count = 0;
  }

  *#readRun({ at, records }: { at: number; records: number }): Generator<Float64Array, undefined> {
    const recordBytes = this.#width * Float64Array.BYTES_PER_ELEMENT;
    for (let from = 0; from < records; from += recordsAtOnce) {
      const count = Math.min(recordsAtOnce, records - from);
      const bytes = this.#file.read(at + from * recordBytes, count * recordBytes);
      // Copied: numbers have to begin at a multiple of eight bytes.
      const numbers = new Float64Array(new Uint8Array(bytes).buffer);
      for (let index = 0; index < count; index++)
        yield numbers.subarray(index * this.#width, (index + 1) * this.#width);
    }
    return undefined;
  }
}
