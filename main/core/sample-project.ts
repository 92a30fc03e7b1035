import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Ending, ProjectInfo } from '../../shared/contract/app.ts';
import { samplingSchema } from '../../shared/domain/identity.ts';
import { recipePresets } from '../../shared/domain/recipe/recipe-presets.ts';
import { checkedRecipeSchema } from '../../shared/domain/recipe/recipe.ts';
import { readInputFile } from '../input-files/input-file.ts';
import { replaceFile } from '../side-files/side-file.ts';
import { findProjectDefaults } from '../store/repositories/project/project-defaults.ts';
import { addReviews } from '../store/repositories/samples/reviews.ts';
import { addSamples } from '../store/repositories/samples/samples.ts';
import { sampleOriginHash } from '../store/content-hash.ts';
import { AppError } from './base/app-error.ts';
import { explainError } from './base/explain-error.ts';
import { freeze } from './curate/dataset-service.ts';
import { runImport } from './curate/import/run-import.ts';
import { storePrompts } from './evaluate/prompt-service.ts';
import { resourcePath } from './files/guarded-files.ts';
import type { GuardedPath } from './files/guarded-path.ts';
import { addModelFile } from './models/model-service.ts';
import { requireSession, type CoreState } from './project/core-state.ts';
import { openExisting } from './project/open-project.ts';
import { keepDefaults } from './project/project-defaults.ts';
import type { ProjectSession } from './project/project-session.ts';
import { createAndOpen, createAt, requireNothingOngoing } from './project/project-service.ts';

/** Names of what the sample project holds. */
const names = { dataset: 'Atlas questions', prompts: 'Countries no sample mentions' } as const;

/** What the sample project was measured with: its recipe, and answers that are always the same. */
const sampleDefaults = {
  recipe: checkedRecipeSchema.parse(recipePresets.find(({ name }) => name === 'atlas')?.recipe),
  sampling: samplingSchema.parse({ temperature: 0, repeatPenalty: 1, maxTokens: 32 }),
};

const resource = (name: string) => resourcePath('atlas', name);

/** Where the program keeps the sample projects that it opens without asking for a place. */
export const sampleFolder = (userDataDir: string): string => join(userDataDir, 'sample-project');

const sampleName = (number: number) => (number === 1 ? 'atlas.lima' : `atlas-${number}.lima`);

/** The newest of them; `undefined` before the first. */
export function samplePath({ config }: CoreState): string | undefined {
  const folder = sampleFolder(config.userDataDir);
  const number = newestNumber(folder);
  return number === 0 ? undefined : join(folder, sampleName(number));
}

/** The number of the newest project in the folder, 0 without any. */
function newestNumber(folder: string): number {
  if (!existsSync(folder)) return 0;
  const numbers = readdirSync(folder).map((name) => {
    const [, number] = /^atlas(?:-(\d{1,6}))?\.lima$/.exec(name) ?? [];
    if (number !== undefined) return Number(number);
    return name === sampleName(1) ? 1 : 0;
  });
  return Math.max(0, ...numbers);
}

/**
 * Opens the sample project where it was left. One that is damaged stays where it is, and a new one
 * takes its place; so does a wish for a fresh one. PROJECT_LOCKED while another program has it open.
 */
export async function openSampleProject(
  state: CoreState,
  { isFresh, ...ending }: { isFresh: boolean } & Ending,
): Promise<ProjectInfo> {
  const before = samplePath(state);
  if (before === undefined || isFresh) return await createNumbered(state, ending);
  try {
    const info = await openExisting(state, before, ending);
    requireWhole(requireSession(state));
    await mendModel(state, info);
    return info;
  } catch (error) {
    const known = explainError(error);
    if (!known || !harmed.has(known.code)) throw error;
    const info = await createNumbered(state, ending);
    const why = known.message.replace(/\.?$/, '.');
    const notice = `The sample project from before could not be opened. ${why} It stays in ${before}; this is a new one.`;
    return { ...info, notice };
  }
}

/** Throws PROJECT_INVALID for one that was being made when the program ended: the prompts come last. */
function requireWhole({ file, readReason }: ProjectSession): void {
  if (readReason === null && findProjectDefaults(file.db).promptsHash === null)
    throw new AppError('PROJECT_INVALID', 'It was never finished.', { path: file.path });
}

/** What a new sample project is the answer to; another program that has it open is none of it. */
const harmed: ReadonlySet<string> = new Set([
  'PROJECT_INVALID',
  'PROJECT_NEWER',
  'MIGRATION_CHANGED',
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
]);

/** Makes one beside those from before, also where only something else has the next name. */
async function createNumbered(state: CoreState, ending: Ending): Promise<ProjectInfo> {
  requireNothingOngoing(state, ending);
  const folder = sampleFolder(state.config.userDataDir);
  mkdirSync(folder, { recursive: true });
  const path = state.paths.check(join(folder, sampleName(newestNumber(folder) + 1)));
  const modelPath = modelBeside(state, path);
  await putModel(modelPath);
  await createAt(state, path, ending);
  return await fill(state, modelPath);
}

const modelBeside = (state: CoreState, path: string): GuardedPath =>
  state.paths.check(join(dirname(path), `${basename(path, '.lima')}-base.gguf`));

/** The folder is the program's own: whatever has the model's name there is a model that was cut. */
async function putModel(target: GuardedPath): Promise<void> {
  const model = await readFile(resource('atlas.gguf'));
  if (!(await isCopy(model, target))) replaceFile(target, model);
}

/** Puts the model back where it is gone: the project would be of no use without it. */
async function mendModel(state: CoreState, { path, readReason }: ProjectInfo): Promise<void> {
  if (readReason !== null) return;
  await putModel(modelBeside(state, path));
  requireSession(state).changes.touch('models');
}

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
  const modelPath = modelBeside(state, checked);
  await copyModel(state, resource('atlas.gguf'), modelPath);
  await createAndOpen(state, checked, ending);
  return await fill(state, modelPath);
}

/** Puts everything into the new project that is open. */
async function fill(state: CoreState, modelPath: GuardedPath): Promise<ProjectInfo> {
  const session = requireSession(state);
  const { author } = state.settings;
  await addSamplesOf(session, resource('samples.jsonl'), author);
  addReviews(session.file.db, 'accept', { filter: {} }, author);
  await freeze(state, session, { name: names.dataset });
  const prompts = { path: resource('held-out.jsonl'), name: names.prompts, author };
  const { set } = await storePrompts(session, prompts);
  await addModelFile(session, modelPath);
  keepDefaults(session, { ...sampleDefaults, promptSetId: set.id });
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
          originHash: sampleOriginHash(sample.messages),
        }));
        addSamples(session.file.db, withHashes, author);
      },
    },
  );
}
