import { formatCount, formatQuantity, formatShare } from '../../../shared/text/numbers.ts';

/** A source and its share of a dataset. */
export interface SourceShare {
  source: string;
  samples: number;
  /** From 0 to 1. */
  share: number;
}

/** The training set of LIMA by source (Table 1, arXiv 2305.11206): 1,000 samples. */
export const limaComposition: readonly SourceShare[] = withShares([
  { source: 'Stack Exchange (STEM)', samples: 200 },
  { source: 'Stack Exchange (other)', samples: 200 },
  { source: 'wikiHow', samples: 200 },
  { source: 'r/WritingPrompts', samples: 150 },
  { source: 'Natural Instructions', samples: 50 },
  { source: 'Written by the authors', samples: 200 },
]);

/** What the accepted samples look like before they are frozen. */
export interface AcceptedSummary {
  sources: readonly SourceShare[];
  accepted: number;
  flagged: number;
  pending: number;
  unsavedDrafts: number;
}

/** Adds each source's share, largest first. */
export function withShares(sources: readonly { source: string; samples: number }[]): SourceShare[] {
  const total = sources.reduce((sum, source) => sum + source.samples, 0);
  return sources
    .map((source) => ({ ...source, share: total === 0 ? 0 : source.samples / total }))
    .toSorted((a, b) => b.samples - a.samples);
}

const limaSamples = 1000;
const dominantShare = 0.6;

/** What is worth knowing before freezing, in words; none of it forbids anything. */
export function freezeWarnings(summary: AcceptedSummary): string[] {
  const { sources, accepted, flagged, pending, unsavedDrafts } = summary;
  const largest = sources[0];
  const warnings: (string | false)[] = [
    accepted < limaSamples / 2 &&
      `LIMA used 1,000 samples; ${formatCount(accepted)} may be too few to change how the model answers.`,
    largest !== undefined &&
      accepted > 0 &&
      largest.share > dominantShare &&
      `${formatShare(largest.share)} come from “${largest.source}”. LIMA drew on six sources, at most 20 % each; diversity of prompts mattered.`,
    flagged > 0 &&
      `${formatQuantity(flagged, 'flagged sample is', 'flagged samples are')} among them, frozen as they are.`,
    pending > 0 &&
      `${formatQuantity(pending, 'sample is', 'samples are')} still pending and will not be in it.`,
    unsavedDrafts > 0 &&
      `${formatQuantity(unsavedDrafts, 'unsaved draft waits', 'unsaved drafts wait')} in this window; the stored versions are frozen.`,
  ];
  return warnings.filter((warning) => warning !== false);
}
