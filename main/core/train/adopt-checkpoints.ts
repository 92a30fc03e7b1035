import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { devLossSchema } from '../../../shared/domain/run.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { addDevLosses } from '../../store/repositories/dev-losses.ts';
import { insertCheckpoint, listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { listRuns } from '../../store/repositories/runs.ts';

// What the trainer leaves beside every adapter; only complete folders lack the ending `.partial`.
const recordSchema = z.object({
  adapter: z.object({
    sha256: z.string(),
    sizeBytes: z.number().int(),
    file: z.enum(['adapter.gguf', 'model.gguf']),
  }),
  epoch: z.number().int(),
  step: z.number().int(),
  meanLoss: z.number(),
  devLosses: z.array(devLossSchema).default([]),
});
const maxRecordBytes = 1024 * 1024;
const epochFolder = /^epoch-\d+$/;

/**
 * Lists adapters that are whole on disk but missing in the project file, as a crash or a full disk
 * between writing the one and the other leaves them. Returns how many there were. Their hash is
 * what the trainer recorded; whoever loads one compares it with the file.
 */
export function adoptCheckpoints(file: ProjectFile): number {
  let adopted = 0;
  for (const run of listRuns(file.db)) {
    const folder = join(file.artifactsDir, 'runs', run.id);
    const known = new Set(listCheckpoints(file.db, run.id).map((checkpoint) => checkpoint.file));
    for (const { devLosses, ...checkpoint } of wholeCheckpoints(folder, file.artifactsDir))
      if (!known.has(checkpoint.file)) {
        insertCheckpoint(file.db, { runId: run.id, ...checkpoint });
        addDevLosses(file.db, run.id, devLosses);
        adopted += 1;
      }
  }
  return adopted;
}

function wholeCheckpoints(folder: string, artifactsDir: string) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => epochFolder.test(name));
  return names.flatMap((name) => {
    const record = readRecord(join(folder, name, 'record.json'));
    if (!record) return [];
    const { adapter, ...place } = record;
    const path = join(folder, name, adapter.file);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== adapter.sizeBytes) return [];
    return [{ ...place, ...adapter, file: relative(artifactsDir, path) }];
  });
}

function readRecord(path: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(readInputFileSync(path, maxRecordBytes).toString('utf8')));
  } catch {
    // Not written by the trainer, or damaged: the folder stays, and is not listed.
    return undefined;
  }
}
