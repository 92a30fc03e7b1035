/** Consecutive numbers: `first`, and how many there are. */
export interface SeqRun {
  first: number;
  length: number;
}

/**
 * Writes ascending numbers as text: `gap` or `gap:more` in base 36 for each run of consecutive
 * ones, where `gap` counts from the end of the run before. A million in a row are six letters.
 */
export class SeqRunWriter {
  readonly #texts: string[] = [];
  #end = 0;
  #run: SeqRun | undefined;
  #count = 0;

  /** How many numbers there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds `length` numbers from `first` on; each call goes on above the last number. */
  add(first: number, length = 1): void {
    this.#count += length;
    if (this.#run && this.#run.first + this.#run.length === first) this.#run.length += length;
    else {
      this.#flush();
      this.#run = { first, length };
    }
  }

  /** The text of everything that was added. */
  text(): string {
    this.#flush();
    this.#run = undefined;
    return this.#texts.join(',');
  }

  #flush(): void {
    if (!this.#run) return;
    const { first, length } = this.#run;
    const gap = (first - this.#end).toString(36);
    this.#texts.push(length === 1 ? gap : `${gap}:${(length - 1).toString(36)}`);
    this.#end = first + length;
  }
}

const runPattern = /^([0-9a-z]{1,10})(?::([0-9a-z]{1,10}))?$/;

/** The runs of a text of `SeqRunWriter`; throws when it is none. */
export function parseSeqRuns(text: string): SeqRun[] {
  if (text === '') return [];
  let end = 0;
  return text.split(',').map((part) => {
    const [, gap, more] = runPattern.exec(part) ?? [];
    if (gap === undefined) throw new Error(`“${part.slice(0, 20)}” is no run of numbers`);
    const first = end + Number.parseInt(gap, 36);
    const length = more === undefined ? 1 : Number.parseInt(more, 36) + 1;
    end = first + length;
    if (!Number.isSafeInteger(end)) throw new Error('The runs of numbers go too far');
    return { first, length };
  });
}

/** The numbers themselves, in order. */
export function expandSeqRuns(text: string): number[] {
  const runs = parseSeqRuns(text);
  const seqs: number[] = [];
  for (const { first, length } of runs)
    for (let seq = first; seq < first + length; seq += 1) seqs.push(seq);
  return seqs;
}

/** The next numbers above `after`, at most `limit` of them. */
export function seqsAfter(runs: readonly SeqRun[], after: number, limit: number): number[] {
  const seqs: number[] = [];
  for (let index = firstEndingAfter(runs, after); seqs.length < limit; index += 1) {
    const run = runs[index];
    if (!run) break;
    const start = Math.max(run.first, after + 1);
    const end = Math.min(run.first + run.length, start + limit - seqs.length);
    for (let seq = start; seq < end; seq += 1) seqs.push(seq);
  }
  return seqs;
}

function firstEndingAfter(runs: readonly SeqRun[], after: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run && run.first + run.length - 1 > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
