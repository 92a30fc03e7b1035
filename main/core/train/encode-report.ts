import type { EncodeReport } from '../../../shared/domain/run.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';
import type { DatasetItem } from '../../store/dataset-repository.ts';

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
export function encodeReport(encoded: EncodeResult, items: readonly DatasetItem[]): EncodeReport {
  const byId = new Map(items.map((item) => [item.sampleId, item]));
  const named = <Entry extends { id: string }>(entry: Entry) => {
    const item = byId.get(entry.id);
    return { ...entry, prompt: item ? promptOf(item) : '' };
  };
  const { samples, truncated, split, dropped, templateSha256 } = encoded;
  const counted = samples.map((sample) => countTokens(sample));
  return {
    samples: samples.length,
    tokens: counted.reduce((sum, { tokens }) => sum + tokens, 0),
    trainedTokens: counted.reduce((sum, { trainedTokens }) => sum + trainedTokens, 0),
    truncated: truncated.map(named),
    split: split.map(named),
    dropped: dropped.map(named),
    templateSha256,
  };
}

function countTokens({ tokens, trained }: EncodeResult['samples'][number]) {
  let trainedTokens = 0;
  for (const mark of trained) trainedTokens += mark;
  return { tokens: tokens.length, trainedTokens };
}
