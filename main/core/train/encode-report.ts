import type { EncodeReport } from '../../../shared/domain/run.ts';
import { countAllTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import type { SplitSamples } from './split-samples.ts';

const promptLength = 160;

/** The start of a sample's first question in one line, so that a person recognizes it. */
export function promptOf({ messages }: Pick<DatasetItem, 'messages'>): string {
  const text = messages.find(({ role }) => role === 'user')?.content ?? '';
  return text
    .slice(0, 4 * promptLength)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, promptLength);
}

/** What a run keeps of its encoding: sums, and every sample that did not come whole. */
export function encodeReport(
  encoded: EncodeResult,
  items: readonly DatasetItem[],
  { trained, held, heldIds }: SplitSamples,
): EncodeReport {
  const byId = new Map(items.map((item) => [item.sampleId, item]));
  const named = <Entry extends { id: string }>(entry: Entry) => {
    const item = byId.get(entry.id);
    return { ...entry, prompt: item ? promptOf(item) : '' };
  };
  const { truncated, split, dropped, templateSha256, maxTokens } = encoded;
  return {
    samples: trained.length,
    tokens: trained.reduce((sum, { tokens }) => sum + tokens.length, 0),
    trainedTokens: countAllTrained(trained),
    heldOut: { samples: heldIds.size, scoredTokens: countAllTrained(held) },
    truncated: truncated.map(named),
    split: split.map(named),
    dropped: dropped.map(named),
    templateSha256,
    maxTokens,
  };
}
