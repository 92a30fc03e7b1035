import { devSampleCount } from '../../../shared/domain/training-counts.ts';
import { sampleWordsHash } from '../../store/content-hash.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';

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

type Candidate = Pick<DatasetItem, 'sampleId' | 'source' | 'messages'>;

/**
 * Ids of the samples that a share holds out, from every source in proportion (largest remainders).
 * Which ones follows from their texts alone (lowest SHA-256 first) and not from the recipe's seed:
 * runs with other seeds, in any copy of the project, are measured on the same samples.
 */
export function heldOutIds(candidates: readonly Candidate[], devShare: number): Set<string> {
  const wanted = devSampleCount(candidates.length, devShare);
  const bySource = [...Map.groupBy(candidates, ({ source }) => source)]
    .toSorted(([one], [other]) => compare(one, other))
    .map(([, samples]) => samples);
  const sizes = bySource.map(({ length }) => length);
  const counts = apportion(sizes, wanted);
  const held = bySource.flatMap((samples, index) => inHashOrder(samples).slice(0, counts[index]));
  return new Set(held.map(({ sampleId }) => sampleId));
}

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

/** Shares `wanted` out in proportion to `sizes`: whole numbers first, then the largest remainders. */
function apportion(sizes: readonly number[], wanted: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const quotas = sizes.map((size) => (wanted * size) / Math.max(1, total));
  const counts = quotas.map(Math.floor);
  const left = wanted - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - Math.floor(quota) }))
    .toSorted((a, b) => b.remainder - a.remainder);
  for (const { index } of byRemainder.slice(0, left)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

function inHashOrder(samples: readonly Candidate[]): Candidate[] {
  const hashed = samples.map((sample) => ({ sample, hash: sampleWordsHash(sample.messages) }));
  return hashed.toSorted((one, other) => compare(one.hash, other.hash)).map(({ sample }) => sample);
}
