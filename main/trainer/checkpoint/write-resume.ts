import { createHash } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolder, writeSynced } from './atomic-folder.ts';
import { resumeFiles, type ResumeState } from './resume-state.ts';

/** How many resume checkpoints are kept: the newest, and the one before in case it is damaged. */
const keptCheckpoints = 2;

const folderPattern = /^resume-(\d+)$/;
const writeChunkBytes = 16 * 1024 * 1024;

/** Folder of the checkpoint after a step. */
export const resumeFolder = (outDir: string, step: number): string =>
  join(outDir, `resume-${String(step).padStart(8, '0')}`);

/** Steps of the complete resume checkpoints in a folder, newest first. */
export async function resumeSteps(outDir: string): Promise<number[]> {
  const steps = (await readdir(outDir)).flatMap((name) => folderPattern.exec(name)?.[1] ?? []);
  return steps.map(Number).toSorted((a, b) => b - a);
}

/**
 * Writes `<outDir>/resume-NNNNNNNN`, whole or not at all, and only then removes all but the newest
 * two. `tensors` yields the bytes of weight, first and second moment of each trained tensor.
 */
export async function writeResume(
  outDir: string,
  state: ResumeState,
  tensors: Iterable<Uint8Array>,
): Promise<void> {
  await writeFolder(resumeFolder(outDir, state.step), async (partialPath) => {
    const stateText = JSON.stringify(state);
    const hashes = [
      [resumeFiles.tensors, await writeTensors(join(partialPath, resumeFiles.tensors), tensors)],
      [resumeFiles.state, createHash('sha256').update(stateText).digest('hex')],
    ];
    await writeSynced(join(partialPath, resumeFiles.state), stateText);
    const lines = hashes.map(([name, sha256]) => `${sha256}  ${name}\n`);
    await writeSynced(join(partialPath, resumeFiles.hashes), lines.join(''));
  });
  await removeOld(outDir);
}

async function removeOld(outDir: string): Promise<void> {
  for (const step of (await resumeSteps(outDir)).slice(keptCheckpoints)) {
    const path = resumeFolder(outDir, step);
    // Renamed first: half a removal must not look like a damaged checkpoint.
    await rename(path, `${path}.partial`);
    await rm(`${path}.partial`, { recursive: true, force: true });
  }
}

/** Writes and syncs the bytes one tensor at a time; returns their SHA-256. */
async function writeTensors(path: string, tensors: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (const bytes of tensors)
      for (let start = 0; start < bytes.length; start += writeChunkBytes) {
        const chunk = bytes.subarray(start, start + writeChunkBytes);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
