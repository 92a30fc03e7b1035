import { join } from 'node:path';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import type { GgufStream } from '../../gguf/write/gguf-content.ts';
import { writeGgufStream } from '../../gguf/write/write-gguf.ts';
import { writeFolder, writeSynced } from './atomic-folder.ts';
import type { RunMemory } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
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
  /** Passes that were done; a run may end within one. */
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

/** Names of the files of a checkpoint: the record, and an adapter or a whole model. */
export const checkpointFiles = {
  adapter: 'adapter.gguf',
  model: 'model.gguf',
  record: 'record.json',
} as const;

const isAdapter = ({ metadata }: GgufStream) =>
  metadata.some(({ key, value }) => key === 'general.type' && value === 'adapter');

/** An adapter names its base wherever its file is copied; a model needs none. */
function withBase(weights: GgufStream, sha256: string): GgufStream {
  if (!isAdapter(weights)) return weights;
  const entry = { key: adapterBaseKey, type: 'string', value: sha256 } as const;
  return { ...weights, metadata: [...weights.metadata, entry] };
}

/** Where a checkpoint lies and what it holds: an adapter, or after a full training the model. */
export interface WrittenCheckpoint {
  adapterPath: string;
  recordPath: string;
  adapterSha256: string;
  sizeBytes: number;
}

/** The record without what only the written file tells. */
export type RecordDraft = Omit<RunRecord, 'adapter'>;

/**
 * Writes `<outDir>/epoch-NNN` with weights and record, whole or not at all (`writeFolder`); an epoch
 * that the run ends within counts as one.
 * Throws DISK_FULL, or CHECKPOINT_FAILED.
 */
export async function writeCheckpoint(
  outDir: string,
  weights: GgufStream,
  draft: RecordDraft,
): Promise<WrittenCheckpoint> {
  const path = join(outDir, `epoch-${String(Math.ceil(draft.epoch)).padStart(3, '0')}`);
  const file = isAdapter(weights) ? checkpointFiles.adapter : checkpointFiles.model;
  const named = withBase(weights, draft.base.sha256);
  const written = await writeFolder(path, async (partialPath) => {
    const hashed = await writeGgufStream(join(partialPath, file), named);
    const record = { ...draft, adapter: { ...hashed, file } };
    await writeSynced(join(partialPath, checkpointFiles.record), toJson(record));
    return hashed;
  });
  return {
    adapterPath: join(path, file),
    recordPath: join(path, checkpointFiles.record),
    adapterSha256: written.sha256,
    sizeBytes: written.sizeBytes,
  };
}

const toJson = (record: RunRecord) => `${JSON.stringify(record, null, 2)}\n`;
