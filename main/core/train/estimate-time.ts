import { availableParallelism } from 'node:os';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { estimateFrom, type TimeEstimate } from '../../../shared/domain/runs/time-estimate.ts';
import { wantsOneThread } from '../../../shared/domain/threads.ts';
import { devSampleCount, totalEpochs } from '../../../shared/domain/training-counts.ts';
import { mostSamplesOf } from '../../../shared/template/thinking.ts';
import type { EncodeReport } from '../../../shared/domain/run.ts';
import { xrayOpenRecipeSchema } from '../../../shared/domain/xray.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { findDataset, type DatasetItem } from '../../store/repositories/datasets.ts';
import { metricsAfter } from '../../store/repositories/run-metrics.ts';
import { findRun, listRuns } from '../../store/repositories/runs.ts';
import { found } from '../base/app-error.ts';
import { likelyDevice } from '../devices/run-device.ts';
import { usableModel, type UsableModel } from '../models/model-service.ts';
import { verifiedItems } from '../project/frozen-items.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { medianSpeed } from './compare-runs.ts';

/** How long a run would take, from what earlier ones on this machine measured; nothing is started. */
export async function estimateTime(
  session: ProjectSession,
  input: { modelId: string; datasetId: string; recipe: Recipe },
  signal?: AbortSignal,
): Promise<TimeEstimate> {
  const { recipe } = input;
  const { sha256, info } = await usableModel(session, input.modelId, signal);
  const dataset = found(
    findDataset(session.file.db, 'id', input.datasetId),
    'dataset',
    input.datasetId,
  );
  const counted = countedSizes(session, {
    baseSha256: sha256,
    datasetHash: dataset.contentHash,
    recipe,
  });
  const sizes = counted
    ? { tokensLow: counted.tokens, tokensHigh: counted.tokens, ...exactly(counted.samples) }
    : textSizes(await verifiedItems(session, dataset, undefined), recipe, info.vocabularySize);
  const device = await likelyDevice(session.devices, recipe.device);
  const { architecture, quantization, embeddingLength, layers, parameters } = info;
  const estimate = estimateFrom(
    {
      baseSha256: sha256,
      device,
      method: recipe.method,
      architecture,
      quantization,
      embeddingLength,
      layers,
      parameters,
      epochs: totalEpochs(sizes.samplesLow, recipe),
      tokensLow: sizes.tokensLow,
      tokensHigh: sizes.tokensHigh,
      threads: threadsOf(recipe, info, device),
    },
    session.devices.speeds.all(),
  );
  return { ...estimate, device, ...sizes, areTokensCounted: counted !== undefined };
}

const exactly = (samples: number) => ({ samplesLow: samples, samplesHigh: samples });

/** Threads that a run computes on; 0 where the processor is not what computes. */
function threadsOf(
  { threads }: Recipe,
  { fileSizeBytes }: UsableModel['info'],
  device: string,
): number {
  if (device !== 'cpu') return 0;
  return threads || (wantsOneThread(fileSizeBytes) ? 1 : availableParallelism());
}

interface Encoded {
  baseSha256: string;
  datasetHash: string;
  recipe: Recipe;
}

type Sizes = Pick<TimeEstimate, 'tokensLow' | 'tokensHigh' | 'samplesLow' | 'samplesHigh'>;

/** What decides how many tokens and samples the trainer gets of a dataset. */
const encodedBy = xrayOpenRecipeSchema.keyof().options;

/** What a run of the same base on the same samples, cut in the same way, counted. */
function countedSizes(session: ProjectSession, wanted: Encoded): EncodeReport | undefined {
  const same = listRuns(session.file.db).find(
    ({ baseSha256, datasetHash, recipe, encodeReport }) =>
      encodeReport !== null &&
      baseSha256 === wanted.baseSha256 &&
      datasetHash === wanted.datasetHash &&
      encodedBy.every((key) => recipe[key] === wanted.recipe[key]),
  );
  return same?.encodeReport ?? undefined;
}

/** Characters that a token of a large vocabulary stands for in most scripts, least and most. */
const charactersPerToken = [2, 5] as const;
/** A vocabulary that holds little more than single bytes. */
const byteVocabulary = 1024;

/** Tokens and samples of one epoch as the texts suggest, least and most. */
function textSizes(
  items: readonly DatasetItem[],
  { maxTokens, overlong, devShare, droppedThinking }: Recipe,
  vocabularySize: number,
): Sizes {
  const [least, most] = vocabularySize < byteVocabulary ? [0.9, 1] : charactersPerToken;
  const tokensOf = (messages: readonly Message[], perToken: number, turn: number) => {
    const characters = messages.reduce((count, { content }) => count + content.length, 0);
    const tokens = Math.max(1, characters / perToken + turn * messages.length);
    return overlong === 'split' ? tokens : Math.min(maxTokens, tokens);
  };
  const held = devSampleCount(items.length, devShare);
  const trained = 1 - held / Math.max(1, items.length);
  const sumOf = (sizeOf: (item: DatasetItem) => number) =>
    Math.round(trained * items.reduce((sum, item) => sum + sizeOf(item), 0));
  // Whether the template drops thinking shows only when the samples are encoded.
  const mostOf = ({ messages }: DatasetItem) =>
    droppedThinking === 'perAnswer' ? mostSamplesOf(messages) : 1;
  const tokensLow = sumOf(({ messages }) => tokensOf(messages, most, 2));
  const tokensHigh = sumOf((item) => mostOf(item) * tokensOf(item.messages, least, 30));
  return {
    tokensLow,
    tokensHigh: Math.max(tokensLow, tokensHigh),
    samplesLow: items.length - held,
    samplesHigh: Math.max(items.length - held, sumOf(mostOf)),
  };
}

/** Remembers how fast a run was; one that resumes replaces what it told before. */
export function rememberSpeed(
  session: ProjectSession,
  runId: string,
  { sha256, info }: UsableModel,
  device: string,
): void {
  const { db } = session.file;
  const run = findRun(db, 'id', runId);
  const tokensPerSecond = medianSpeed(metricsAfter(db, runId, 0));
  const { lastMetric, encodeReport, recipe } = run ?? {};
  if (!lastMetric || !encodeReport || !recipe || tokensPerSecond === null) return;
  const seconds = lastMetric.elapsedMs / 1000;
  const wall = (lastMetric.epoch * encodeReport.tokens) / seconds;
  if (!(tokensPerSecond > 0) || !(wall > 0) || !Number.isFinite(wall)) return;
  const { architecture, quantization, embeddingLength, layers, parameters } = info;
  session.devices.speeds.add({
    runId,
    baseSha256: sha256,
    device,
    method: recipe.method,
    architecture,
    quantization,
    embeddingLength,
    layers,
    parameters,
    threads: threadsOf(recipe, info, device),
    tokensPerSecond,
    wallTokensPerSecond: wall,
  });
}
