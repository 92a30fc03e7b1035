import { describe, expect, it } from 'vitest';
import { freezeWarnings, limaComposition, withShares } from './composition.ts';

describe('composition', () => {
  it('states the shares of the paper: they sum to one and no source has more than a fifth', () => {
    expect(limaComposition.reduce((sum, source) => sum + source.samples, 0)).toBe(1000);
    expect(limaComposition.reduce((sum, source) => sum + source.share, 0)).toBeCloseTo(1, 12);
    expect(Math.max(...limaComposition.map((source) => source.share))).toBe(0.2);
  });

  it('prints no NaN for an empty selection', () => {
    expect(withShares([{ source: 'a', samples: 0 }])[0]?.share).toBe(0);
  });

  it('warns of a source that drowns the others, of flags, pending samples and drafts', () => {
    const sources = withShares([
      { source: 'small', samples: 100 },
      { source: 'big', samples: 900 },
    ]);
    const base = { sources, accepted: 1000, flagged: 0, pending: 0, unsavedDrafts: 0 };
    expect(freezeWarnings(base)).toEqual([expect.stringContaining('90 % come from “big”')]);
    expect(freezeWarnings({ ...base, flagged: 2, pending: 3, unsavedDrafts: 1 })).toHaveLength(4);
  });

  it('says nothing about a balanced thousand, and warns that forty are few', () => {
    const base = { sources: limaComposition, flagged: 0, pending: 0, unsavedDrafts: 0 };
    expect(freezeWarnings({ ...base, accepted: 1000 })).toEqual([]);
    expect(freezeWarnings({ ...base, accepted: 40 })).toHaveLength(1);
  });
});
