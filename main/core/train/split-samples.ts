import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import { heldOutIds } from './hold-out.ts';

/** Encoded samples, those to train on and those whose loss is only measured. */
export interface SplitSamples {
  trained: EncodedSample[];
  held: EncodedSample[];
  /** Samples of the dataset that are held out; a split one has several sequences. */
  heldIds: Set<string>;
  /** Samples of the dataset that the trainer can use, held out or not. */
  candidates: number;
}

/** The sample that a sequence of a split one belongs to. */
const wholeId = ({ id }: EncodedSample) => id.replace(/#\d+$/, '');

/**
 * Holds a share of the samples that the trainer can use out, all sequences of a split one together.
 * Those that were left out count for neither side.
 */
export function splitSamples(
  samples: EncodeResult['samples'],
  items: readonly DatasetItem[],
  devShare: number,
): SplitSamples {
  const usable = new Set(samples.map(wholeId));
  const candidates = items.filter(({ sampleId }) => usable.has(sampleId));
  const heldIds = heldOutIds(candidates, devShare);
  return {
    trained: samples.filter((sample) => !heldIds.has(wholeId(sample))),
    held: samples.filter((sample) => heldIds.has(wholeId(sample))),
    heldIds,
    candidates: candidates.length,
  };
}
