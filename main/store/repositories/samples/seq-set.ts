const bitsOfPage = 4096;

/** A part of the list: above `after`, up to `through`. */
export interface SeqWindow {
  after: number;
  through: number;
}

/** A set of sequence numbers that holds a million of them in little memory, in order. */
export class SeqSet {
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a number, if it is not there yet. */
  add(seq: number): void {
    const at = Math.floor(seq / bitsOfPage);
    let page = this.#pages.get(at);
    if (!page) this.#pages.set(at, (page = new Uint8Array(bitsOfPage / 8)));
    const bit = seq - at * bitsOfPage;
    const before = page[bit >> 3] ?? 0;
    const now = before | (1 << (bit & 7));
    if (now === before) return;
    page[bit >> 3] = now;
    this.#size += 1;
  }

  /** True when a number is in it. */
  has(seq: number): boolean {
    const at = Math.floor(seq / bitsOfPage);
    const bit = seq - at * bitsOfPage;
    return (((this.#pages.get(at)?.[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  }

  /** The numbers above `after` up to `through`, ascending. */
  within(after: number, through: number): number[] {
    const found: number[] = [];
    const [first, last] = [after + 1, through].map((seq) => Math.floor(seq / bitsOfPage));
    for (let at = first ?? 0; at <= (last ?? -1); at += 1) {
      if (!this.#pages.has(at)) continue;
      const end = Math.min(through, (at + 1) * bitsOfPage - 1);
      for (let seq = Math.max(after + 1, at * bitsOfPage); seq <= end; seq += 1)
        if (this.has(seq)) found.push(seq);
    }
    return found;
  }
}
