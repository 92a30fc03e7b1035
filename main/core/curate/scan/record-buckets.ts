import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const blockBytes = 32 * 1024;

interface Bucket {
  block: Int32Array;
  used: number;
  /** Where full blocks lie in the file. */
  stored: number[];
}

/**
 * Records of a fixed number of 32-bit numbers, kept apart by bucket in the order in which they came:
 * one block of each in memory, the rest in a scratch file. Dispose of it to delete that; where the
 * system allows, the file has no name from the start and vanishes with the process.
 */
export class RecordBuckets implements Disposable {
  readonly #fields: number;
  readonly #blockFields: number;
  readonly #folder: string;
  readonly #buckets = new Map<number, Bucket>();
  #file: number | undefined;
  #endByte = 0;

  /** `fields`: numbers a record; `parentFolder`: where the scratch file goes. */
  constructor(fields: number, parentFolder: string = tmpdir()) {
    this.#fields = fields;
    this.#blockFields = Math.floor(blockBytes / 4 / fields) * fields;
    this.#folder = mkdtempSync(join(parentFolder, 'lima-scan-'));
  }

  /** Adds a record to a bucket; the numbers are copied. */
  add(bucket: number, record: Int32Array): void {
    const { block, used, stored } = this.#bucket(bucket);
    block.set(record, used);
    const filled = used + this.#fields;
    const isFull = filled === this.#blockFields;
    if (isFull) stored.push(this.#store(block));
    const at = this.#buckets.get(bucket);
    if (at) at.used = isFull ? 0 : filled;
  }

  /** The buckets that hold something, in ascending order. */
  keys(): number[] {
    return [...this.#buckets.keys()].toSorted((one, other) => one - other);
  }

  /** The records of a bucket, a block at a time; a block is only valid until the next one. */
  *blocks(bucket: number): Generator<Int32Array> {
    const found = this.#buckets.get(bucket);
    if (!found) return;
    const block = new Int32Array(this.#blockFields);
    for (const byte of found.stored) {
      if (this.#file !== undefined) readSync(this.#file, block, 0, block.byteLength, byte);
      yield block;
    }
    yield found.block.subarray(0, found.used);
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #bucket(key: number): Bucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = { block: new Int32Array(this.#blockFields), used: 0, stored: [] };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #store(block: Int32Array): number {
    this.#file ??= this.#open();
    writeSync(this.#file, block, 0, block.byteLength, this.#endByte);
    const byte = this.#endByte;
    this.#endByte += block.byteLength;
    return byte;
  }

  #open(): number {
    const file = openSync(join(this.#folder, 'records'), 'w+');
    // Windows cannot delete an open file; there it goes when this is disposed of.
    if (process.platform !== 'win32') rmSync(this.#folder, { recursive: true, force: true });
    return file;
  }
}
