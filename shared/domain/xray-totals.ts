import type { SampleRemark, XrayCounts, XrayRow } from './xray.ts';

/** Sums over samples as the trainer will see them. */
export interface XrayTotals {
  samples: number;
  /** Tokens the trainer gets, repeated context of split samples included. */
  tokens: number;
  trainedTokens: number;
  truncated: number;
  split: number;
  dropped: number;
  /** Samples, neither cut nor dropped, with an answer whose end-of-turn token is not trained. */
  unended: number;
  /** Samples with an answer that a chat would ask for with another prompt. */
  differing: number;
  /** Samples with an answer whose thinking the template left out. */
  thoughtless: number;
  /** Samples with an answer that is not trained, because the template left out its thinking. */
  masked: number;
  /** Samples that became one sample per answer. */
  perAnswer: number;
  /** Samples with text that chat templates write. */
  templated: number;
}

/** The sums of one source; `trainedShare` is its part of every trained token, 0 to 1. */
export interface XraySourceTotals extends XrayTotals {
  source: string;
  trainedShare: number;
}

/** What may be wrong with a sample. */
export type XrayProblem =
  | 'dropped'
  | 'differing'
  | 'thoughtless'
  | 'masked'
  | 'templated'
  | 'truncated'
  | 'split'
  | 'perAnswer'
  | 'unended';

const remarkProblems: Readonly<Record<SampleRemark['kind'], XrayProblem>> = {
  'prompt-differs': 'differing',
  'thinking-dropped': 'thoughtless',
  'thinking-masked': 'masked',
  templated: 'templated',
};

/** All that is wrong with a sample, without repetition; a cut sample is not also unended. */
export function xrayProblems(row: XrayCounts): XrayProblem[] {
  const ownProblems: XrayProblem[] = row.remarks.map(({ kind }) => remarkProblems[kind]);
  if (row.outcome !== 'whole') ownProblems.push(row.outcome);
  else if (row.endedAnswers < row.answers) ownProblems.push('unended');
  if (row.isPerAnswer && row.outcome !== 'dropped') ownProblems.push('perAnswer');
  return [...new Set(ownProblems)];
}

/** All tokens of a sample before any cut; of one per answer those of every answer's conversation. */
export const allTokens = ({ isPerAnswer, tokens, wholeTokens }: XrayCounts): number =>
  isPerAnswer ? Math.max(tokens, wholeTokens) : wholeTokens;

/** Counts the samples that the trainer gets, row by row: some become several, some none. */
export class TrainedCount {
  readonly #several = new Map<string, number>();
  #all = 0;

  /** Counts one more row. */
  add(row: Pick<XrayRow, 'sampleId' | 'outcome' | 'sequences'>): void {
    if (row.outcome === 'dropped') return;
    this.#all += row.sequences;
    if (row.sequences !== 1) this.#several.set(row.sampleId, row.sequences);
  }

  /** All of them but those that are held out. */
  without(heldOutIds: readonly string[]): number {
    return heldOutIds.reduce((left, id) => left - (this.#several.get(id) ?? 1), this.#all);
  }
}

/** Sums over these samples. */
export function xrayTotals(rows: readonly XrayRow[]): XrayTotals {
  const totals = { samples: 0, tokens: 0, trainedTokens: 0 };
  const cut = { truncated: 0, split: 0, dropped: 0, unended: 0 };
  const thinking = { thoughtless: 0, masked: 0, perAnswer: 0 };
  const problems = { ...cut, ...thinking, differing: 0, templated: 0 };
  for (const row of rows) {
    totals.samples += 1;
    totals.tokens += row.tokens;
    totals.trainedTokens += row.trainedTokens;
    for (const problem of xrayProblems(row)) problems[problem] += 1;
  }
  return { ...totals, ...problems };
}

/** Sums by source, the one with most trained tokens first: rows and their weight differ much. */
export function xrayTotalsBySource(rows: readonly XrayRow[]): XraySourceTotals[] {
  const { trainedTokens } = xrayTotals(rows);
  const bySource = Map.groupBy(rows, ({ source }) => source);
  return [...bySource]
    .map(([source, ownRows]) => {
      const totals = xrayTotals(ownRows);
      return { source, ...totals, trainedShare: totals.trainedTokens / Math.max(1, trainedTokens) };
    })
    .toSorted((a, b) => b.trainedTokens - a.trainedTokens);
}

/** How many samples are `from` up to `to` tokens long, by whether they fit. */
export interface LengthBin {
  from: number;
  /** Exclusive; the last bin of a histogram holds everything longer, too. */
  to: number;
  fitting: number;
  overlong: number;
}

const mostBins = 32;

/**
 * Lengths before any cut, in bins of equal width. The scale ends at the longest sample or at twice
 * the limit, whichever is less.
 */
export function lengthHistogram(rows: readonly XrayRow[], maxTokens: number): LengthBin[] {
  const lengths = rows.map(({ wholeTokens }) => wholeTokens).filter((length) => length > 0);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest === 0) return [];
  const end = Math.min(longest, 2 * maxTokens);
  const width = Math.max(1, Math.ceil(end / mostBins));
  const bins: LengthBin[] = [];
  for (let from = 0; from <= end; from += width)
    bins.push({ from, to: from + width, fitting: 0, overlong: 0 });
  for (const length of lengths) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(length / width))];
    if (bin) bin[length > maxTokens ? 'overlong' : 'fitting'] += 1;
  }
  return bins;
}
