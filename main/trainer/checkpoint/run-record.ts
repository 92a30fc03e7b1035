import type { RunMemory } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { DevLoss } from '../../../shared/domain/run.ts';
import type { StepMetric } from '../../engines/protocol/trainer.ts';

/** Version of the record's fields; a reader refuses newer ones. */
export const recordFormatVersion = 1;

/** What is kept beside the weights of every checkpoint, as JSON: what was trained on what, how, and how it went. */
export interface RunRecord {
  formatVersion: number;
  base: { sha256: string; name: string; architecture: string };
  /** The file with what was trained: `adapter.gguf`, or `model.gguf` after a full training. */
  adapter: { sha256: string; sizeBytes: number; file: string };
  /** Fields of the caller, for example dataset name and hash. */
  extra: Record<string, string>;
  samples: number;
  recipe: Recipe;
  /** The seed of sample order and initialization, as in the recipe. */
  seed: number;
  engine: string;
  device: string;
  epoch: number;
  step: number;
  totalSteps: number;
  /** Mean loss of the epoch in nats per trained token. */
  meanLoss: number;
  /** Planned and measured, before this checkpoint was written. */
  memory: RunMemory;
  /** Every optimizer step so far. */
  steps: StepMetric[];
  /** Every loss of the held-out samples so far. */
  devLosses: DevLoss[];
}
