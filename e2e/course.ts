import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyModel, type TinyModelOptions } from '../main/gguf/tiny/tiny-model.ts';
import { openProjectFile } from '../main/store/file/open-project-file.ts';
import { addReviews } from '../main/store/repositories/samples/reviews.ts';
import { expect } from './fixtures.ts';
import { CuratePage } from './pages/curate-page.ts';
import { ShellPage } from './pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from './pages/train-page.ts';
import { conversation, writeProject } from './sample-files.ts';
import type { Workbench } from './workbench.ts';

/** Samples of the dataset that `openCourse` freezes. */
export const courseSamples = 40;
/** Name of that dataset. */
export const courseDataset = 'course';

/** A copy of the project of `openCourse`, in which somebody else has accepted every sample. */
export function reviewedCopy(folder: string): string {
  const file = openProjectFile(copyIn(folder));
  addReviews(file.db, 'accept', { filter: {} }, 'Ada');
  file.close();
  return copyIn(folder);
}

const copyIn = (folder: string) => join(folder, 'school of Ada.lima');

/** Opens a project with a frozen dataset of short conversations. */
export async function openCourse(workbench: Workbench): Promise<ShellPage> {
  const samples = Array.from({ length: courseSamples }, (_, index) => ({
    messages: conversation(
      `What comes after ${index}?`,
      `After ${index} comes ${index + 1}, as everybody who counts will say.`,
    ),
  }));
  const path = writeProject(join(workbench.folder, 'school.lima'), samples);
  copyFileSync(path, copyIn(workbench.folder));
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  const curate = new CuratePage(workbench.page);
  await curate.acceptAll(`${courseSamples} samples`);
  const datasets = await curate.freeze(courseDataset);
  await datasets.getByRole('button', { name: 'Close' }).click();
  return shell;
}

/** Writes a tiny model into the test's folder; returns its path and hash. */
export async function writeModel(
  workbench: Workbench,
  options: TinyModelOptions & { name: string },
): Promise<{ path: string; sha256: string }> {
  const path = join(workbench.folder, `${options.name}.gguf`);
  const small = { embeddingLength: 64, layers: 2, feedForwardLength: 128 };
  const { sha256 } = await writeTinyModel(path, { ...small, ...options });
  return { path, sha256 };
}

/** Opens the form of a new run, where the dataset of the course and a tiny model can be chosen. */
export async function openTrainingForm(
  workbench: Workbench,
): Promise<{ shell: ShellPage; train: TrainPage }> {
  const shell = await openCourse(workbench);
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const { path } = await writeModel(workbench, { name: 'pupil' });
  await train.addModel(path, 'pupil');
  return { shell, train };
}

/** Hashes of a trained adapter and of the model it was trained on. */
export interface Lesson {
  baseSha256: string;
  /** As the window abbreviates it: eight digits. */
  adapterHash: string;
}

/** Trains an adapter called "lesson", strong enough to change every answer. */
export async function trainLesson(workbench: Workbench, shell: ShellPage): Promise<Lesson> {
  const { path, sha256 } = await writeModel(workbench, { name: 'pupil' });
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  await train.addModel(path, 'pupil');
  await train.start({
    name: 'lesson',
    dataset: courseDataset,
    recipe: { Rank: '4', Epochs: '1', 'Batch size': '10', 'Learning rate': '0.02' },
  });
  const run = train.run('lesson');
  await expect(run.getByText('succeeded')).toBeVisible({ timeout: trainingTimeoutMs });
  const checkpoints = run.getByRole('table', { name: 'Checkpoints' });
  const adapterHash = await checkpoints.getByTitle(/^[0-9a-f]{64}$/).innerText();
  return { baseSha256: sha256, adapterHash };
}
