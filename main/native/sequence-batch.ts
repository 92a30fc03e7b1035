import koffi from 'koffi';
import type { Batch } from './llama-symbols.ts';

/** One token for one sequence at one position, and whether the logits behind it are wanted. */
export interface TokenEntry {
  token: number;
  position: number;
  sequence: number;
  wantsLogits: boolean;
}

const pointerBytes = 8;
const int32Bytes = 4;

/** A view of memory that never moves: C reads it by address. */
const integers = (length: number) => new Int32Array(new ArrayBuffer(length * int32Bytes));

/** The arrays of a `struct llama_batch`, filled anew for each call of llama_decode. */
export class SequenceBatch {
  readonly #tokens: Int32Array;
  readonly #positions: Int32Array;
  readonly #sequences: Int32Array;
  readonly #counts: Int32Array;
  readonly #sequencePointers: BigUint64Array;
  readonly #wanted: Int8Array;
  readonly #struct: Batch;

  /** Holds `capacity` tokens at most. */
  constructor(capacity: number) {
    this.#tokens = integers(capacity);
    this.#positions = integers(capacity);
    this.#sequences = integers(capacity);
    this.#counts = integers(capacity).fill(1);
    this.#sequencePointers = new BigUint64Array(new ArrayBuffer(capacity * pointerBytes));
    this.#wanted = new Int8Array(new ArrayBuffer(capacity));
    const start = koffi.address(this.#sequences);
    for (let at = 0; at < capacity; at++)
      this.#sequencePointers[at] = start + BigInt(at * int32Bytes);
    this.#struct = {
      n_tokens: 0,
      token: koffi.address(this.#tokens),
      embd: null,
      pos: koffi.address(this.#positions),
      n_seq_id: koffi.address(this.#counts),
      seq_id: koffi.address(this.#sequencePointers),
      logits: koffi.address(this.#wanted),
    };
  }

  get capacity(): number {
    return this.#tokens.length;
  }

  /** The struct for these entries; it holds until the next call. */
  fill(entries: readonly TokenEntry[]): Batch {
    if (entries.length > this.capacity)
      throw new RangeError(`A batch of ${this.capacity} tokens was given ${entries.length}`);
    for (const [at, { token, position, sequence, wantsLogits }] of entries.entries()) {
      this.#tokens[at] = token;
      this.#positions[at] = position;
      this.#sequences[at] = sequence;
      this.#wanted[at] = wantsLogits ? 1 : 0;
    }
    return { ...this.#struct, n_tokens: entries.length };
  }
}
