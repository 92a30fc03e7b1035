import { z } from 'zod';
import { countSchema, epochSchema, hashSchema } from '../../../shared/domain/stored-value.ts';
import { devLossSchema } from '../../../shared/domain/run.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { addDevLosses } from '../../store/repositories/dev-losses.ts';
import { insertCheckpoint, listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { listRuns } from '../../store/repositories/runs.ts';
import {
  artifactNames,
  artifactPath,
  artifactSize,
  artifactText,
  type ArtifactFolder,
} from '../files/artifacts.ts';
import { runFolderNames } from './run-files.ts';

// What the trainer leaves beside every adapter; only complete folders lack the ending `.partial`.
const recordSchema = z.object({
  adapter: z.object({
    sha256: hashSchema,
    sizeBytes: countSchema,
    file: z.enum(['adapter.gguf', 'model.gguf']),
  }),
  epoch: epochSchema,
  step: countSchema,
  meanLoss: z.number(),
  devLosses: z.array(devLossSchema).default([]),
});
const epochFolder = /^epoch-\d+$/;

/**
 * Lists adapters that are whole on disk but missing in the project file, as a crash or a full disk
 * between writing the one and the other leaves them. Returns how many there were. Their hash is
 * what the trainer recorded; whoever loads one compares it with the file.
 */
export function adoptCheckpoints(file: ProjectFile): number {
  let adopted = 0;
  for (const run of listRuns(file.db)) {
    const known = new Set(listCheckpoints(file.db, run.id).map((checkpoint) => checkpoint.file));
    for (const { devLosses, ...checkpoint } of wholeCheckpoints(file, runFolderNames(run.id)))
      if (!known.has(checkpoint.file)) {
        insertCheckpoint(file.db, { runId: run.id, ...checkpoint });
        addDevLosses(file.db, run.id, devLosses);
        adopted += 1;
      }
  }
  return adopted;
}

function wholeCheckpoints(project: ArtifactFolder, folder: readonly string[]) {
  const names = artifactNames(artifactPath(project, ...folder));
  return names
    .filter((name) => epochFolder.test(name))
    .flatMap((name) => {
      const at = [...folder, name];
      const record = readRecord(project, [...at, 'record.json']);
      if (!record) return [];
      const { adapter, ...place } = record;
      const size = artifactSize(artifactPath(project, ...at, adapter.file));
      if (size !== adapter.sizeBytes) return [];
      return [{ ...place, ...adapter, file: [...at, adapter.file].join('/') }];
    });
}

function readRecord(
  project: ArtifactFolder,
  names: readonly string[],
): z.infer<typeof recordSchema> | undefined {
  try {
    const text = artifactText(project, artifactPath(project, ...names));
    return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
  } catch {
    // Not written by the trainer, or damaged: the folder stays, and is not listed.
    return undefined;
  }
}
