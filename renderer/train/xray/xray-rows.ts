import { xrayProblems, type XrayProblem } from '../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';

/** How the list of samples is ordered. */
export type XrayOrder = 'dataset' | 'longest' | 'least-trained';

/** A problem, any of them, or being held out for the dev loss; empty for every sample. */
export type XrayFilterState = XrayProblem | 'any' | 'held-out' | '';

/** Which samples of an X-ray are listed, and how. Empty words let everything pass. */
export interface XrayListing {
  source: string;
  problem: XrayFilterState;
  heldOutIds: ReadonlySet<string>;
  order: XrayOrder;
}

/** The samples that pass, in the wanted order; equal ones as in the dataset. */
export function listRows(rows: readonly XrayRow[], listing: XrayListing): readonly XrayRow[] {
  const { source, problem, heldOutIds, order } = listing;
  const passing = rows.filter((row) => {
    if (source !== '' && row.source !== source) return false;
    if (problem === 'held-out') return heldOutIds.has(row.sampleId);
    const own = xrayProblems(row);
    return problem === '' || (problem === 'any' ? own.length > 0 : own.includes(problem));
  });
  if (order === 'longest') return passing.toSorted((a, b) => b.wholeTokens - a.wholeTokens);
  if (order === 'least-trained')
    return passing.toSorted((a, b) => a.trainedTokens - b.trainedTokens);
  return passing;
}

/** A problem in one word, for a badge. */
export const problemWords: Readonly<Record<XrayProblem, string>> = {
  truncated: 'cut',
  split: 'split',
  dropped: 'left out',
  unended: 'no end',
  differing: 'other prompt',
  thoughtless: 'no thinking',
  masked: 'masked answer',
  perAnswer: 'per answer',
  templated: 'templated',
};
