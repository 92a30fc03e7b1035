import { availableParallelism } from 'node:os';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import { estimateFrom, type TimeEstimate } from '../../../shared/domain/runs/time-estimate.ts';
import { wantsOneThread } from '../../../shared/domain/threads.ts';
import { devSampleCount, totalEpochs } from '../../../shared/domain/training-counts.ts';
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
  const counted = countedTokens(session, {
    baseSha256: sha256,
    datasetHash: dataset.contentHash,
    recipe,
  });
  const [tokensLow, tokensHigh] =
    counted === undefined
      ? textTokens(await verifiedItems(session, dataset, undefined), recipe, info.vocabularySize)
      : [counted, counted];
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
      epochs: totalEpochs(
        dataset.samples - devSampleCount(dataset.samples, recipe.devShare),
        recipe,
      ),
      tokensLow,
      tokensHigh,
      threads: threadsOf(recipe, info, device),
    },
    session.devices.speeds.all(),
  );
  return { ...estimate, device, tokensLow, tokensHigh, areTokensCounted: counted !== undefined };
}

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

/** What a run of the same base on the same samples, cut in the same way, counted. */
function countedTokens(session: ProjectSession, wanted: Encoded): number | undefined {
  const same = listRuns(session.file.db).find(
    ({ baseSha256, datasetHash, recipe, encodeReport }) =>
      encodeReport !== null &&
      baseSha256 === wanted.baseSha256 &&
      datasetHash === wanted.datasetHash &&
      recipe.maxTokens === wanted.recipe.maxTokens &&
      recipe.overlong === wanted.recipe.overlong &&
      recipe.devShare === wanted.recipe.devShare &&
      recipe.lossOn === wanted.recipe.lossOn,
  );
  return same?.encodeReport?.tokens;
}

/** Characters that a token of a large vocabulary stands for in most scripts, least and most. */
const charactersPerToken = [2, 5] as const;
/** A vocabulary that holds little more than single bytes. */
const byteVocabulary = 1024;

/** Tokens of one epoch as the length of the texts suggests, least and most. */
function textTokens(
  items: readonly DatasetItem[],
  { maxTokens, overlong, devShare }: Recipe,
  vocabularySize: number,
): [low: number, high: number] {
  const [least, most] = vocabularySize < byteVocabulary ? [0.9, 1] : charactersPerToken;
  const tokensOf = (perToken: number, turn: number) =>
    items.reduce((sum, { messages }) => {
      const characters = messages.reduce((count, { content }) => count + content.length, 0);
      const tokens = Math.max(1, characters / perToken + turn * messages.length);
      return sum + (overlong === 'split' ? tokens : Math.min(maxTokens, tokens));
    }, 0);
  const trained = 1 - devSampleCount(items.length, devShare) / Math.max(1, items.length);
  const low = Math.round(trained * tokensOf(most, 2));
  return [low, Math.max(low, Math.round(trained * tokensOf(least, 30)))];
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
