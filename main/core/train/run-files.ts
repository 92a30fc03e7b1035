import {
  artifactNames,
  artifactPath,
  removeArtifact,
  type ArtifactFolder,
} from '../files/artifacts.ts';

// What the trainer writes for a resume; `.damaged` and `.partial` are leftovers of it.
const resumeFolder = /^resume-(\d+)(\.[a-z]+)?$/;

/** Names of a run's folder of adapters and checkpoints, one inside the other. */
export const runFolderNames = (runId: string) => ['runs', runId] as const;

const resumeNames = (project: ArtifactFolder, runId: string) =>
  artifactNames(artifactPath(project, ...runFolderNames(runId))).filter((name) =>
    resumeFolder.test(name),
  );

/** Finished steps of the newest complete resume checkpoint of a run; 0 without one. */
export function savedStep(project: ArtifactFolder, runId: string): number {
  const steps = resumeNames(project, runId).flatMap((name) => {
    const [, step, suffix] = resumeFolder.exec(name) ?? [];
    return suffix === undefined ? Number(step) : [];
  });
  return Math.max(0, ...steps);
}

/** Removes what only a resume would need. */
export async function removeResumeCheckpoints(
  project: ArtifactFolder,
  runId: string,
): Promise<void> {
  for (const name of resumeNames(project, runId))
    await removeArtifact(artifactPath(project, ...runFolderNames(runId), name));
}
