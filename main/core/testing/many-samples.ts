import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { createProjectFile } from '../../store/file/open-project-file.ts';
import { addSamples } from '../../store/repositories/samples/samples.ts';
import { aSample } from '../../store/testing/a-project.ts';
import { TestCore } from './a-core.ts';

/** Writes `p.lima` with so many pending samples into a folder of its own, which it returns. */
export function writeManySamples(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'lima-many-'));
  const file = createProjectFile(join(folder, 'p.lima'));
  const samples = Array.from({ length: count }, (_, index) => aSample(index + 1));
  addSamples(file.db, samples, 'me');
  file.close();
  return folder;
}

/** A copy of such a folder, for a test that changes what is in it. */
export function copyManySamples(made: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lima-many-'));
  copyFileSync(join(made, 'p.lima'), join(folder, 'p.lima'));
  return folder;
}

/** Opens the project of a folder that `writeManySamples` made, which this machine does not know yet. */
export async function openManySamples(folder: string): Promise<TestCore> {
  const core = await TestCore.start({ folder, project: 'open' });
  if ((await core.client.project.current())?.access === 'read') await core.client.project.trust();
  return core;
}

/** Starts a review of every sample and waits until some of it is made; returns its job. */
export async function startReviewing(core: TestCore): Promise<string> {
  const selection = { filter: {} };
  const { jobId } = await core.client.samples.review({ action: 'accept', selection });
  if (jobId === null) throw new Error('So few samples are reviewed at once');
  await core.job(jobId, (job) => (job.progress?.done ?? 0) > 0);
  return jobId;
}

// Run as a program: reviews the project of a folder until somebody kills this process.
if (argv[1] === import.meta.filename) {
  const core = await openManySamples(argv[2] ?? '');
  process.stdout.write(`${await startReviewing(core)}\n`);
}
