import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectFile } from '../../store/file/open-project-file.ts';

// What the trainer writes for a resume; `.damaged` and `.partial` are leftovers of it.
const resumeFolder = /^resume-(\d+)(\.[a-z]+)?$/;

/** Folder of a run's adapters and checkpoints. */
export const runFolder = (file: Pick<ProjectFile, 'artifactsDir'>, runId: string): string =>
  join(file.artifactsDir, 'runs', runId);

const resumeNames = (folder: string) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => resumeFolder.test(name)) : [];

/** Finished steps of the newest complete resume checkpoint in a run's folder; 0 without one. */
export function savedStep(folder: string): number {
  const steps = resumeNames(folder).flatMap((name) => {
    const [, step, suffix] = resumeFolder.exec(name) ?? [];
    return suffix === undefined ? Number(step) : [];
  });
  return Math.max(0, ...steps);
}

/** Removes what only a resume would need. */
export async function removeResumeCheckpoints(folder: string): Promise<void> {
  for (const name of resumeNames(folder))
    await rm(join(folder, name), { recursive: true, force: true });
}
