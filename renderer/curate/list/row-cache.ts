import { useSyncExternalStore } from 'react';
import type { SampleRow } from '../../../shared/domain/sample.ts';
import { rpc } from '../../rpc/client.ts';

const blockRows = 100;
const requestsAtOnce = 3;
const keptRows = 20_000;

interface Range {
  seqs: readonly number[];
  first: number;
  last: number;
}

/**
 * Rows of a long list, fetched in blocks around what is visible. Only the newest visible range
 * counts: blocks that were scrolled past before their turn are never asked for. After a change
 * old rows stay on screen until the new ones are there.
 */
export class RowCache {
  readonly #rows = new Map<number, SampleRow>();
  readonly #stale = new Set<number>();
  readonly #pending = new Set<number>();
  readonly #listeners = new Set<() => void>();
  readonly #fetch: (seqs: number[]) => Promise<SampleRow[]>;
  #range: Range = { seqs: [], first: 0, last: -1 };
  #running = 0;
  #version = 0;

  /** `fetch` answers with the rows it knows; unknown numbers may be missing. */
  constructor(fetch: (seqs: number[]) => Promise<SampleRow[]>) {
    this.#fetch = fetch;
  }

  /** Grows with every change, for `useSyncExternalStore`. */
  readonly version = (): number => this.#version;

  /** Calls back on every change; returns the way to stop. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The row, possibly of before the last change; `undefined` while it was never there. */
  get(seq: number): SampleRow | undefined {
    return this.#rows.get(seq);
  }

  /** The row from the cache or, when it is not there, from the core. */
  async load(seq: number): Promise<SampleRow | undefined> {
    if (!this.#rows.has(seq)) this.#store(await this.#fetch([seq]));
    return this.#rows.get(seq);
  }

  /** Puts a row that is known to be newer than the stored one. */
  put(row: SampleRow): void {
    this.#store([row]);
  }

  /** Says which part of the list is visible (indexes, inclusive) and fetches what is missing. */
  show(seqs: readonly number[], first: number, last: number): void {
    this.#range = { seqs, first, last };
    this.#pump();
  }

  /** Everything may have changed: what is visible is asked again. */
  invalidate(): void {
    for (const seq of [...this.#rows.keys(), ...this.#pending]) this.#stale.add(seq);
    this.#pump();
  }

  /** Forgets everything, for another project. */
  clear(): void {
    this.#rows.clear();
    this.#stale.clear();
    this.#changed();
  }

  #pump(): void {
    while (this.#running < requestsAtOnce) {
      const missing = this.#nextBlock();
      if (missing === undefined) return;
      void this.#request(missing);
    }
  }

  /**
   * What changed of the visible rows alone; then the visible blocks of rows that were never there,
   * the one below and the one above.
   */
  #nextBlock(): number[] | undefined {
    const { seqs, first, last } = this.#range;
    const changed = seqs.slice(first, last + 1).filter((seq) => this.#isChanged(seq));
    if (changed.length > 0) return changed;
    const firstBlock = Math.floor(first / blockRows);
    const lastBlock = Math.floor(last / blockRows);
    const blocks = [];
    for (let block = firstBlock; block <= lastBlock; block += 1) blocks.push(block);
    for (const block of [...blocks, lastBlock + 1, firstBlock - 1]) {
      if (block < 0) continue;
      const slice = seqs.slice(block * blockRows, (block + 1) * blockRows);
      const missing = slice.filter((seq) => this.#isMissing(seq));
      if (missing.length > 0) return missing;
    }
    return undefined;
  }

  #isMissing(seq: number): boolean {
    return !this.#pending.has(seq) && !this.#rows.has(seq);
  }

  #isChanged(seq: number): boolean {
    return !this.#pending.has(seq) && this.#rows.has(seq) && this.#stale.has(seq);
  }

  async #request(seqs: number[]): Promise<void> {
    this.#running += 1;
    for (const seq of seqs) {
      this.#pending.add(seq);
      this.#stale.delete(seq);
    }
    try {
      this.#store(await this.#fetch(seqs));
      for (const seq of seqs) this.#pending.delete(seq);
    } catch (error) {
      // They stay pending for a while: a broken connection must not be asked in a tight loop.
      console.warn('Sample rows could not be loaded:', error);
      setTimeout(() => this.#release(seqs), 2000);
    }
    this.#running -= 1;
    this.#pump();
  }

  #release(seqs: readonly number[]): void {
    for (const seq of seqs) this.#pending.delete(seq);
    this.#pump();
  }

  #store(rows: readonly SampleRow[]): void {
    let hasChanged = false;
    for (const row of rows) {
      const known = this.#rows.get(row.seq);
      const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(row);
      hasChanged ||= !isSame;
      this.#rows.delete(row.seq);
      // The same object: a row that says the same is not drawn again.
      this.#rows.set(row.seq, isSame ? known : row);
    }
    for (const seq of this.#rows.keys()) {
      if (this.#rows.size <= keptRows) break;
      this.#rows.delete(seq);
      this.#stale.delete(seq);
    }
    if (hasChanged) this.#changed();
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

/** The rows of the sample list of the open project. */
export const rowCache = new RowCache((seqs) => rpc.samples.rows({ seqs }));

/** Renders again whenever a row arrives or changes. */
export function useRowCache(): RowCache {
  useSyncExternalStore(rowCache.subscribe, rowCache.version);
  return rowCache;
}
