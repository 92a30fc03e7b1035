import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GgufContent } from '../../engines/gguf/gguf-content.ts';
import { writeGguf } from '../../engines/gguf/write-gguf.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import type { RunRecord } from './run-record.ts';
import { syncFolder } from '../../engines/gguf/sync-folder.ts';

/** Names of the files of a checkpoint: the record, and an adapter or a whole model. */
export const checkpointFiles = {
  adapter: 'adapter.gguf',
  model: 'model.gguf',
  record: 'record.json',
} as const;

const weightsFile = ({ metadata }: GgufContent) =>
  metadata.some(({ key, value }) => key === 'general.type' && value === 'adapter')
    ? checkpointFiles.adapter
    : checkpointFiles.model;

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
 * Writes `<outDir>/epoch-NNN` with weights and record. The folder appears by one rename after
 * everything in it was synced to disk: a killed process leaves complete folders only, and at most
 * one `.partial` that is replaced by the next run. Throws DISK_FULL, or CHECKPOINT_FAILED.
 */
export async function writeCheckpoint(
  outDir: string,
  weights: GgufContent,
  draft: RecordDraft,
): Promise<WrittenCheckpoint> {
  const name = `epoch-${String(draft.epoch).padStart(3, '0')}`;
  const finalPath = join(outDir, name);
  const partialPath = join(outDir, `${name}.partial`);
  try {
    await rm(partialPath, { recursive: true, force: true });
    await mkdir(partialPath);
    const file = weightsFile(weights);
    const written = await writeGguf(join(partialPath, file), weights);
    const record = { ...draft, adapter: { ...written, file } };
    await writeSynced(join(partialPath, checkpointFiles.record), toJson(record));
    await syncFolder(partialPath);
    if (existsSync(finalPath)) throw new Error(`${finalPath} exists already`);
    await rename(partialPath, finalPath);
    await syncFolder(outDir);
    return {
      adapterPath: join(finalPath, file),
      recordPath: join(finalPath, checkpointFiles.record),
      adapterSha256: written.sha256,
      sizeBytes: written.sizeBytes,
    };
  } catch (error) {
    await rm(partialPath, { recursive: true, force: true });
    throw toCheckpointError(finalPath, error);
  }
}

const toJson = (record: RunRecord) => `${JSON.stringify(record, null, 2)}\n`;

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function toCheckpointError(path: string, error: unknown): EngineError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // EFBIG: a quota or a file system with small files, which to a person is the same.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new EngineError(
      'DISK_FULL',
      `There is no space left to write ${path}. Earlier epochs are complete; free some space ` +
        `and start the run again.`,
      { path },
    );
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError(
    'CHECKPOINT_FAILED',
    `The adapter could not be written to ${path}: ${reason}. Earlier epochs are complete.`,
    { path },
  );
}
