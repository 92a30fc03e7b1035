import { z } from 'zod';

/** How fast one run was on this machine, kept for the estimates of later ones. */
export const speedMeasurementSchema = z.object({
  runId: z.string(),
  baseSha256: z.string(),
  /** Id of the device. */
  device: z.string(),
  method: z.string(),
  architecture: z.string(),
  quantization: z.string(),
  embeddingLength: z.number().int(),
  layers: z.number().int(),
  parameters: z.number(),
  /** Threads that a CPU computed on; 0 where nobody noted it, and for a GPU. */
  threads: z.number().int().default(0),
  /** The median over the steps: training alone. */
  tokensPerSecond: z.number().positive(),
  /** Over the whole run, with saving and measuring. */
  wallTokensPerSecond: z.number().positive(),
});
export type SpeedMeasurement = z.infer<typeof speedMeasurementSchema>;

const timeEstimate = z.object({
  /**
   * From runs of this very model, of models of the same width, depth and type, of other models by
   * their size, or from nothing but the size: then it is a guess.
   */
  basis: z.enum(['same-model', 'same-shape', 'other-model', 'guess']),
  measuredRuns: z.number().int(),
  device: z.string(),
  lowMs: z.number(),
  highMs: z.number(),
  /** Tokens of one epoch, and whether an earlier run counted them or they follow from the text. */
  tokensLow: z.number(),
  tokensHigh: z.number(),
  areTokensCounted: z.boolean(),
  /** Samples of one epoch: more than the dataset has where some become one per answer. */
  samplesLow: z.number().int(),
  samplesHigh: z.number().int(),
});
/** How long a run would take, and how that is known. */
export interface TimeEstimate extends z.infer<typeof timeEstimate> {}
export const timeEstimateSchema: z.ZodType<TimeEstimate> = timeEstimate;

/** What is to be estimated. */
export interface EstimatedRun {
  baseSha256: string;
  device: string;
  method: string;
  architecture: string;
  quantization: string;
  embeddingLength: number;
  layers: number;
  parameters: number;
  epochs: number;
  tokensLow: number;
  tokensHigh: number;
  /** Threads that a CPU will compute on; 0 for a GPU. */
  threads: number;
}

type Speeds = Pick<TimeEstimate, 'basis' | 'measuredRuns'> & { slowest: number; fastest: number };

/** So many of the newest runs count: drivers and settings change. */
const mostRuns = 5;
/** What another model of the same size may be faster or slower. */
const otherModelFactor = 2;
/** Floating-point operations per second that a core, and a GPU, may do: a wide range. */
const guessedFlops = { core: [2e9, 4e10], gpu: [1e12, 2e14] } as const;

/** The time of a run from measured speeds, oldest first; a guess where there are none. */
export function estimateFrom(
  run: EstimatedRun,
  measured: readonly SpeedMeasurement[],
): Pick<TimeEstimate, 'basis' | 'measuredRuns' | 'lowMs' | 'highMs'> {
  const { basis, measuredRuns, slowest, fastest } = speedsOf(run, measured);
  return {
    basis,
    measuredRuns,
    lowMs: (1000 * run.epochs * run.tokensLow) / fastest,
    highMs: (1000 * run.epochs * run.tokensHigh) / slowest,
  };
}

function speedsOf(run: EstimatedRun, measured: readonly SpeedMeasurement[]): Speeds {
  const comparable = measured.filter(
    ({ device, method }) => device === run.device && method === run.method,
  );
  const sameModel = comparable.filter(({ baseSha256 }) => baseSha256 === run.baseSha256);
  if (sameModel.length > 0) return rangeOf(run, 'same-model', sameModel);
  const sameShape = comparable.filter(
    (one) =>
      one.architecture === run.architecture &&
      one.quantization === run.quantization &&
      one.embeddingLength === run.embeddingLength &&
      one.layers === run.layers,
  );
  if (sameShape.length > 0) return rangeOf(run, 'same-shape', sameShape);
  if (comparable.length > 0) return rangeOf(run, 'other-model', comparable);
  const isCpu = run.device === 'cpu';
  const units = isCpu ? run.threads : 1;
  const [few, many] = isCpu ? guessedFlops.core : guessedFlops.gpu;
  // Six operations per weight and token: forwards, and twice that backwards.
  const operations = 6 * run.parameters;
  return {
    basis: 'guess',
    measuredRuns: 0,
    slowest: (units * few) / operations,
    fastest: (units * many) / operations,
  };
}

/** The newest runs tell, those on as many threads before all others. */
function rangeOf(
  run: EstimatedRun,
  basis: TimeEstimate['basis'],
  measured: readonly SpeedMeasurement[],
): Speeds {
  const alike = measured.filter(({ threads }) => threads === run.threads);
  const newest = (alike.length > 0 ? alike : measured).slice(-mostRuns);
  const isOther = basis === 'other-model';
  const factor = isOther ? otherModelFactor : 1;
  const scaleOf = ({ parameters }: SpeedMeasurement) => (isOther ? parameters / run.parameters : 1);
  const slowest = newest.map(
    (one) => one.wallTokensPerSecond * scaleOf(one) * Math.min(1, threadGain(run, one)),
  );
  const fastest = newest.map(
    (one) => one.tokensPerSecond * scaleOf(one) * Math.max(1, threadGain(run, one)),
  );
  const least = Math.min(...slowest);
  return {
    basis,
    measuredRuns: newest.length,
    slowest: least / factor,
    fastest: Math.max(Math.max(...fastest) * factor, least),
  };
}

/** What other threads change at most: as many times as many are nowhere near as much faster. */
const threadGain = (run: EstimatedRun, { threads }: SpeedMeasurement) =>
  run.threads > 0 && threads > 0 ? run.threads / threads : 1;
