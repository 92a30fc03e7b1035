import { cutText } from '../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import {
  countAllTrained,
  devShareProblem,
  warmupProblem,
} from '../../../shared/domain/training-counts.ts';
import { startInference, toRead } from '../files/guarded-engines.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import { setEncodeReport, type StoredRun } from '../../store/repositories/runs.ts';
import { AppError } from '../base/app-error.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { UsableModel } from '../models/model-service.ts';
import { verifiedItems } from '../project/frozen-items.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { splitSamples, type SplitSamples } from './hold-out.ts';
import type { EncodeReport } from '../../../shared/domain/run.ts';
import type { EncodeResult } from '../../engines/protocol/inference.ts';

/** The samples of a run as its model reads them, and the template they were written with. */
export interface EncodedDataset extends SplitSamples {
  templateSha256: string;
}

/**
 * The samples of a run as its model reads them, in an inference process that ends with it; what
 * was cut, left out or held out is stored with the run. INVALID_STATE when nothing is left to train
 * on.
 */
export async function encodeDataset(
  session: ProjectSession,
  run: StoredRun,
  model: UsableModel,
  context: JobContext,
): Promise<EncodedDataset> {
  const frozen = { id: run.datasetId, name: run.datasetName, contentHash: run.datasetHash };
  const items = await verifiedItems(session, frozen, context.signal);
  await using engine = startInference(toRead(model.path));
  const encoded = await engine.request(
    'encode',
    {
      basePath: model.path,
      samples: items.map((item) => ({ id: item.sampleId, messages: item.messages })),
      maxTokens: run.recipe.maxTokens,
      overlong: run.recipe.overlong,
      lossOn: run.recipe.lossOn,
      droppedThinking: run.recipe.droppedThinking,
      chatTemplate: run.recipe.chatTemplate,
    },
    {
      signal: context.signal,
      onEvent: ({ done, total }) =>
        context.report({ phase: 'encoding', done, total, unit: 'samples' }),
    },
  );
  context.signal.throwIfAborted();
  const split = splitSamples(encoded.samples, items, run.recipe.devShare);
  setEncodeReport(session.file.db, run.id, encodeReport(encoded, items, split));
  session.changes.touch('runs');
  if (encoded.samples.length === 0)
    throw new AppError(
      'NOTHING_TO_TRAIN',
      `Of ${formatQuantity(items.length, 'sample')} of “${run.datasetName}” none has a token to train on: ` +
        describeReasons(encoded.dropped.map(({ reason }) => reason)),
    );
  const isBegun = run.lastMetric !== null;
  const problem =
    devShareProblem(split.candidates, run.recipe.devShare) ||
    // A run of before this was asked goes on as it began.
    (isBegun ? '' : warmupProblem(split.trained.length, run.recipe));
  if (problem !== '') throw new AppError('INVALID_STATE', problem);
  return { ...split, templateSha256: encoded.templateSha256 };
}

const mostReasons = 5;

/** Each reason once with how many samples it is true of, the most frequent first. */
export function describeReasons(reasons: readonly string[]): string {
  if (reasons.length === 0) return 'the dataset is empty';
  const counts = [...Map.groupBy(reasons, (reason) => reason)].map(
    ([reason, { length }]) => [reason, length] as const,
  );
  const [only, ...others] = counts.toSorted(([, p], [, q]) => q - p);
  if (others.length === 0) return only?.[0] ?? '';
  const told = [only, ...others].flatMap((one) => (one ? [`${one[1]} × ${one[0]}`] : []));
  const more = told.length - mostReasons;
  return told.slice(0, mostReasons).join('; ') + (more > 0 ? `; and ${more} more reasons` : '');
}

const promptLength = 160;

/** The start of a sample's first question in one line, so that a person recognizes it. */
export function promptOf({ messages }: Pick<DatasetItem, 'messages'>): string {
  const text = messages.find(({ role }) => role === 'user')?.content ?? '';
  return cutText(
    cutText(text, 4 * promptLength)
      .replaceAll(/\s+/g, ' ')
      .trim(),
    promptLength,
  );
}

/** What a run keeps of its encoding: sums, and every sample that did not come whole. */
function encodeReport(
  encoded: EncodeResult,
  items: readonly DatasetItem[],
  { trained, held, heldIds }: SplitSamples,
): EncodeReport {
  const byId = new Map(items.map((item) => [item.sampleId, item]));
  const named = <Entry extends { id: string }>(entry: Entry) => {
    const item = byId.get(entry.id);
    return { ...entry, prompt: item ? promptOf(item) : '' };
  };
  const { truncated, split, perAnswer, dropped, remarked, templateSha256, maxTokens } = encoded;
  return {
    samples: trained.length,
    tokens: trained.reduce((sum, { tokens }) => sum + tokens.length, 0),
    trainedTokens: countAllTrained(trained),
    heldOut: { samples: heldIds.size, scoredTokens: countAllTrained(held) },
    truncated: truncated.map(named),
    split: split.map(named),
    perAnswer: perAnswer.map(named),
    dropped: dropped.map(named),
    remarked: remarked.map(named),
    templateSha256,
    maxTokens,
  };
}
