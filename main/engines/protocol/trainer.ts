import type { DeviceFamily, SelfTest, TrainingDevice } from '../../../shared/domain/device.ts';
import type {
  MemoryMeasurement,
  MemoryPlan,
  RunMemory,
} from '../../../shared/domain/memory-plan.ts';
import type { AdapterFacts } from '../../../shared/domain/runs/adapter-facts.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { DevLoss } from '../../../shared/domain/run.ts';
import type { ExportKind, ExportType } from '../../../shared/domain/export.ts';

/** A sample as the trainer sees it: `trained[i]` is 1 where token i is a target of the loss. */
export interface EncodedSample {
  id: string;
  tokens: Int32Array;
  trained: Uint8Array;
}

/** Everything a run needs; the trainer never opens the project file. */
export interface TrainParams {
  basePath: string;
  baseSha256: string;
  samples: EncodedSample[];
  /** Held out: their loss is measured before the first step and after each epoch. None if left out. */
  devSamples?: EncodedSample[];
  recipe: Recipe;
  /** Id of the device to compute on; the CPU when left out. */
  device?: string;
  /**
   * Existing folder that receives one `epoch-NNN` adapter and record per epoch, and the newest two
   * `resume-NNNNNNNN`. A run goes on from what it finds there.
   */
  outDir: string;
  /** Fields copied into every record, for example dataset name and hash. */
  recordExtra: Record<string, string>;
  /** The adapter that the recipe's `fromAdapter` names; a run without one starts with a new adapter. */
  fromAdapterPath?: string;
  /** Wait for `goOn` after each epoch, with the checkpoint on disk and the processor free. */
  waitsAfterEpoch?: boolean;
  /** What earlier runs of this base took beyond their plans, oldest first. */
  knownMemory?: MemoryMeasurement[];
}

/** A run to be planned before its samples are known. */
export interface PlanMemoryParams {
  basePath: string;
  recipe: Recipe;
  /** Tokens of the longest sample there may be. */
  longestTokens: number;
  /** Id of the device to compute on; the CPU when left out. */
  device?: string;
  /** What earlier runs of this base took beyond their plans, oldest first. */
  known?: MemoryMeasurement[];
}

/** One optimizer step. `loss` is the mean over its trained tokens, in nats per token. */
export interface StepMetric {
  step: number;
  totalSteps: number;
  epoch: number;
  loss: number;
  learningRate: number;
  gradNorm: number;
  tokens: number;
  trainedTokens: number;
  tokensPerSecond: number;
  elapsedMs: number;
}

/** An adapter that is complete on disk (written to a temporary name, synced, renamed). */
export interface CheckpointWritten {
  epoch: number;
  step: number;
  adapterPath: string;
  adapterSha256: string;
  recordPath: string;
  sizeBytes: number;
  meanLoss: number;
}

export type TrainEvent =
  | { type: 'phase'; phase: 'loading' | 'preparing' | 'training' | 'saving' }
  | { type: 'progress'; step: number; totalSteps: number; microBatch: number; microBatches: number }
  /** Where training starts: after `step` finished steps, with their metrics. */
  | {
      type: 'start';
      step: number;
      steps: StepMetric[];
      devLosses: DevLoss[];
      damaged: string[];
      warnings: string[];
    }
  | { type: 'step'; metric: StepMetric }
  /** After the first step of the process, and after each epoch. */
  | { type: 'memory'; memory: RunMemory; measurement: MemoryMeasurement }
  /** The dev loss is being measured: so many of the held-out samples are done. */
  | { type: 'measuring'; done: number; total: number }
  | { type: 'devLoss'; measured: DevLoss }
  | { type: 'checkpoint'; checkpoint: CheckpointWritten };

export interface TrainResult {
  outcome: 'succeeded' | 'cancelled' | 'paused';
  steps: number;
  engine: string;
  device: string;
}

/** Methods of the trainer process. */
export type TrainerRequests = {
  train: { params: TrainParams; event: TrainEvent; result: TrainResult };
  /** Asks the running `train` to save and to end as `paused`. */
  pause: { params: null; event: never; result: null };
  /** Ends the wait after an epoch. */
  goOn: { params: null; event: never; result: null };
  /** What a run would take at most, and how much it could have now. */
  planMemory: {
    params: PlanMemoryParams;
    event: never;
    result: MemoryPlan & { availableBytes: number };
  };
  devices: { params: { family: DeviceFamily }; event: never; result: FamilyListing };
  selfTest: { params: SelfTestParams; event: never; result: SelfTest };
  importAdapter: { params: ImportAdapterParams; event: never; result: AdapterFacts };
  export: { params: ExportParams; event: ExportProgress; result: ExportResult };
};

/** An adapter that a run shall start from. */
export interface ImportAdapterParams {
  /** A GGUF file, a folder as PEFT writes it, or a file of that. */
  adapterPath: string;
  /** The base it was trained on, where something else than the file knows. */
  adapterBaseSha256: string | null;
  basePath: string;
  baseSha256: string;
  /** Takes one that was trained on another base. */
  otherBase: boolean;
  /** Folder that gets it as `from-adapter.gguf`; without one it is only looked at. */
  outDir?: string;
}

/** What one family has on this machine; `problem` and `advice` are empty when it can be used. */
export interface FamilyListing {
  family: DeviceFamily;
  devices: TrainingDevice[];
  problem: string;
  advice: string;
}

/** What a self-test imitates and where it runs. */
export interface SelfTestParams {
  device: string;
  /** Without a base: a Llama model in F32. */
  basePath?: string;
  /** What the run trains; an adapter when left out. */
  method?: Recipe['method'];
  /** Tests that were passed before: one of the same device, driver, library and model is the answer. */
  known?: readonly SelfTest[];
}

const platformsWithGpuPackages = ['linux-x64', 'win32-x64'];

/** Families of devices that node-llama-cpp has libraries for on a platform, as in `linux-x64`. */
export function familiesOf(platform: string): DeviceFamily[] {
  if (platform === 'darwin-arm64') return ['cpu', 'metal'];
  return platformsWithGpuPackages.includes(platform) ? ['cpu', 'cuda', 'vulkan'] : ['cpu'];
}

/** How a model was taught to talk, as an export of it has to know. */
export interface TaughtFormat {
  /** For a file without a chat template: the one it was trained with, and the token that ends turns. */
  carried: { chatTemplate: string; endOfTurnId: number } | null;
  /** Whether the model wants a BOS in front: programs differ in what they do if a file is silent. */
  addsBos: boolean;
  /** For Ollama: its template, and the texts that end an answer; null where it was not asked for. */
  ollama: { template: string; stops: string[] } | null;
}

/** A checkpoint and what to make of it; see `ExportRequest` for the meaning of the fields. */
export interface ExportParams {
  basePath: string;
  baseSha256: string;
  /** A LoRA adapter, or a whole model after full-parameter training. */
  checkpointPath: string;
  kind: ExportKind;
  type: ExportType | null;
  strength: number;
  outPath: string;
  /** `general.name` of a written GGUF file. */
  name: string;
  /** How the model was taught to talk, for Ollama and for whole models without a chat template. */
  taught?: TaughtFormat;
}

/** How many bytes of the output are written. */
export interface ExportProgress {
  doneBytes: number;
  totalBytes: number;
}

/** The files of an export, all of them complete on disk. */
export interface ExportResult {
  files: { path: string; sizeBytes: number }[];
}
