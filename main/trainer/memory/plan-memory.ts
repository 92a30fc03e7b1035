import type { MemoryMeasurement, MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { countAllTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample, PlanMemoryParams } from '../../engines/protocol/trainer.ts';
import { packTokens } from '../data/batches.ts';
import { computedLength } from '../data/pack.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';
import { BaseModel } from '../weights/base-model.ts';
import { ModelFile } from '../weights/model-file.ts';
import { elementCount } from '../device/tensor.ts';
import { correctionOf, kindOf, likeRuns } from './correction.ts';
import { budgetOf } from './free-memory.ts';
import type { Device } from '../device/device.ts';
import { PlanningDevice } from '../device/planning-device.ts';
import { logitChunkRows } from '../step/cross-entropy.ts';

/** The largest pack of a run: it decides how much working memory is needed. */
export interface LargestPack {
  tokens: number;
  /** Trained positions. */
  rows: number;
}

/** What a run on a file would take. */
export interface PlanInput {
  basePath: string;
  recipe: Recipe;
  pack: LargestPack;
  /** As in a recipe; the CPU when left out. */
  device?: string;
  /** What earlier runs of this model took beyond their plans, oldest first. */
  known?: readonly MemoryMeasurement[];
  /** What the process takes beside tensors, where a run has measured it. */
  besideBytes?: number;
}

const modelPurpose = 'the weights of the model';
/** Garbage of reading and of the JavaScript heap, measured by measure-memory.ts. */
const looseBytes = 30 * 2 ** 20;

/**
 * What a run would take, by building all of it on a planning device. Exact for tensors; what the
 * process takes beside them is estimated, and corrected by what runs like it took. Throws
 * TrainerError for a model that cannot be trained.
 */
export async function planMemory(input: PlanInput): Promise<MemoryPlan> {
  const planned = await planUncorrected(input);
  const plannedBytes = Object.values(planned).reduce((sum, bytes) => sum + bytes, 0);
  // What was measured in this very run needs no correction.
  const known = input.besideBytes === undefined ? (input.known ?? []) : [];
  const kind = kindOf(input.device ?? 'cpu', input.recipe.method);
  const correction = correctionOf(likeRuns(known, kind), plannedBytes);
  return { ...planned, ...correction, totalBytes: plannedBytes + correction.correctionBytes };
}

async function planUncorrected({
  basePath,
  recipe,
  pack,
  device: id = 'cpu',
  besideBytes,
}: PlanInput) {
  using device = PlanningDevice.open(id, recipe.threads);
  await using file = await ModelFile.open(basePath);
  const { signal } = new AbortController();
  using model = await BaseModel.load(device, file, signal, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  await trainer.accumulate([sampleOf(pack)]);
  const modelBytes = device.storesBytes.get(modelPurpose) ?? 0;
  return {
    modelBytes,
    trainedBytes: device.totalBytes - device.graphsBytes - modelBytes,
    graphBytes: device.graphsBytes,
    // On a GPU the process is not what runs short.
    processBytes: besideBytes ?? (device.isCpu ? looseBytesOf(model, pack, device) : 0),
    savingBytes: device.isCpu ? largestWrittenBytes(trainer.parameters) : 0,
  };
}

/** An estimate of what the process takes beside tensors. */
function looseBytesOf(
  { parameters }: BaseModel,
  { tokens, rows }: LargestPack,
  { kernels }: Device,
): number {
  const { vocabularySize, feedForwardLength } = parameters;
  const widest = Math.max(
    tokens * feedForwardLength,
    Math.min(rows, logitChunkRows) * vocabularySize,
  );
  // ggml's products round the widest operand to 16 bits in memory of their own.
  return process.memoryUsage().rss + looseBytes + (kernels ? 0 : 2 * widest);
}

/** What is held while a checkpoint is written: its largest tensor as floats, and as it is stored. */
const largestWrittenBytes = (parameters: Trainer['parameters']) =>
  2 * Math.max(...parameters.map(({ weight }) => elementCount(weight.ne) * 4));

/** The plan for samples of up to `longestTokens` tokens, all of them trained. */
export async function planWorstCase(
  params: PlanMemoryParams,
): Promise<MemoryPlan & { availableBytes: number }> {
  const { recipe, longestTokens, device: id = 'cpu', ...input } = params;
  const isPacked = recipe.batchSize > 1 && recipe.microBatchSize !== 1;
  const tokens = isPacked ? Math.max(packTokens, longestTokens) : longestTokens;
  const pack = { tokens, rows: tokens };
  const plan = await planMemory({ ...input, device: id, recipe, pack });
  using device = PlanningDevice.open(id);
  return { ...plan, availableBytes: budgetOf(device) };
}

/** A sample of the length of a pack; its tokens do not matter. */
function sampleOf({ tokens, rows }: LargestPack): EncodedSample {
  const length = tokens + 1;
  const trained = new Uint8Array(length).fill(1, Math.max(1, length - rows));
  return { id: 'plan', tokens: new Int32Array(length), trained };
}

/** The largest pack among those of a run, each extent on its own. */
export function largestPack(packs: readonly (readonly EncodedSample[])[]): LargestPack {
  const largest: LargestPack = { tokens: 0, rows: 0 };
  for (const pack of packs) {
    const tokens = pack.reduce((sum, sample) => sum + computedLength(sample), 0);
    const rows = countAllTrained(pack);
    largest.tokens = Math.max(largest.tokens, tokens);
    largest.rows = Math.max(largest.rows, rows);
  }
  return largest;
}
