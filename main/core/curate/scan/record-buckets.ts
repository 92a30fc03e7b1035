import { ScratchFile } from '../../../store/staging/scratch-file.ts';

const blockBytes = 32 * 1024;

interface Bucket {
  block: Int32Array<ArrayBuffer>;
  used: number;
  /** Where full blocks lie in the file. */
  stored: number[];
}

/**
 * Records of a fixed number of 32-bit numbers, kept apart by bucket in the order in which they came:
 * one block of each in memory, the rest in a scratch file. Dispose of it to delete that.
 */
export class RecordBuckets implements Disposable {
  readonly #fields: number;
  readonly #blockFields: number;
  readonly #file: ScratchFile;
  readonly #buckets = new Map<number, Bucket>();

  /** `fields`: numbers a record; `scratchFolder`: where the scratch file goes. */
  constructor(fields: number, scratchFolder?: string) {
    this.#fields = fields;
    this.#blockFields = Math.floor(blockBytes / 4 / fields) * fields;
    this.#file = new ScratchFile(scratchFolder);
  }

  /** Adds a record to a bucket; the numbers are copied. */
  add(key: number, record: Int32Array): void {
    const bucket = this.#bucket(key);
    bucket.block.set(record, bucket.used);
    bucket.used += this.#fields;
    if (bucket.used < this.#blockFields) return;
    bucket.stored.push(this.#file.append(new Uint8Array(bucket.block.buffer)));
    bucket.used = 0;
  }

  /** The buckets that hold something. */
  keys(): Iterable<number> {
    return this.#buckets.keys();
  }

  /** The records of a bucket, a block at a time. */
  *blocks(key: number): Generator<Int32Array> {
    const bucket = this.#buckets.get(key);
    if (!bucket) return;
    for (const at of bucket.stored) {
      const bytes = this.#file.read(at, this.#blockFields * 4);
      // Copied: numbers have to begin at a multiple of four bytes.
      yield new Int32Array(new Uint8Array(bytes).buffer);
    }
    yield bucket.block.subarray(0, bucket.used);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #bucket(key: number): Bucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = { block: new Int32Array(this.#blockFields), used: 0, stored: [] };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
