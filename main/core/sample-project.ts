import { readFile } from 'node:fs/promises';
import { readInputFile } from '../input-files/input-file.ts';
import { basename, dirname, join } from 'node:path';
import type { Ending, ProjectInfo } from '../../shared/contract/app.ts';
import { addReviews } from '../store/repositories/reviews.ts';
import { addSamples } from '../store/repositories/samples.ts';
import { requireSession, type CoreState } from './project/core-state.ts';
import { freeze } from './curate/dataset-service.ts';
import { sampleWordsHash } from '../store/content-hash.ts';
import { runImport } from './curate/import/run-import.ts';
import { storePrompts } from './evaluate/prompt-service.ts';
import { addModelFile } from './models/model-service.ts';
import { resourcePath } from './files/guarded-files.ts';
import type { GuardedPath } from './files/guarded-path.ts';
import type { ProjectSession } from './project/project-session.ts';
import { createAndOpen, requireNothingOngoing } from './project/project-service.ts';

/** Names of what the sample project holds. */
const names = { dataset: 'Atlas questions', prompts: 'Countries no sample mentions' } as const;

const resource = (name: string) => resourcePath('atlas', name);

/**
 * Makes and opens a project with 300 accepted samples, the dataset of them, a prompt set about
 * other countries, and Atlas, the base model to train, which is copied beside the project.
 * FILE_EXISTS or INVALID_INPUT when another file has the model's name.
 */
export async function createSampleProject(
  state: CoreState,
  path: string,
  ending: Ending = {},
): Promise<ProjectInfo> {
  requireNothingOngoing(state, ending);
  const checked = state.paths.check(path);
  const modelPath = state.paths.check(
    join(dirname(checked), `${basename(checked, '.lima')}-base.gguf`),
  );
  await copyModel(state, resource('atlas.gguf'), modelPath);
  await createAndOpen(state, checked, ending);
  const session = requireSession(state);
  const { author } = state.settings;
  await addSamplesOf(session, resource('samples.jsonl'), author);
  addReviews(session.file.db, 'accept', { filter: {} }, author);
  await freeze(state, session, names.dataset);
  await storePrompts(session, { path: resource('held-out.jsonl'), name: names.prompts });
  await addModelFile(session, modelPath);
  session.changes.touch('samples', 'project', 'prompts', 'models');
  return session.info();
}

/** Copies the model unless it is there already, as after a sample project that was deleted. */
async function copyModel(
  state: CoreState,
  source: GuardedPath,
  target: GuardedPath,
): Promise<void> {
  const model = await readFile(source);
  if (await isCopy(model, target)) return;
  state.exports.decideNew(target);
  await using draft = await state.exports.start(target, { overwrite: false });
  await draft.file.writeFile(model);
  await draft.place();
}

/** Whether the target is a file with the same bytes; a longer one, a pipe or a folder is not read. */
async function isCopy(bytes: Buffer, target: GuardedPath): Promise<boolean> {
  const other = await readInputFile(target, bytes.length).catch(() => undefined);
  return other?.equals(bytes) ?? false;
}

async function addSamplesOf(
  session: ProjectSession,
  path: GuardedPath,
  author: string,
): Promise<void> {
  await runImport(
    { path, format: 'auto' },
    {
      onBatch: (samples) => {
        const withHashes = samples.map((sample) => ({
          ...sample,
          originHash: sampleWordsHash(sample.messages),
        }));
        addSamples(session.file.db, withHashes, author);
      },
    },
  );
}
