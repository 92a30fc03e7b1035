import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import type { TextEncodingLabel } from '../../../shared/contract/curate.ts';
import type { Contract } from '../../../shared/contract/contract.ts';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { writeTinyModel, type TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import { createCore, type Core } from '../create-core.ts';

/** Where a core is set up; everything is made when it is not given. */
export interface TestCoreOptions {
  /** Holds the settings, the files of the test and `p.lima`; removed with the core if made here. */
  folder?: string;
  /** `create` makes `p.lima`, `open` opens it, `none` leaves the core without a project. */
  project?: 'create' | 'open' | 'none';
  fileRoots?: string[];
}

/** Every linear layer of two, so that a run of a few steps takes well under a second. */
const tinyShape: TinyModelOptions = { embeddingLength: 64, feedForwardLength: 96, layers: 2 };

/** A recipe that ends soon. */
export const shortRecipe: RecipeInput = { epochs: 2, batchSize: 2, rank: 4, threads: 1 };
/** A recipe that goes on until somebody stops it. */
export const endlessRecipe: RecipeInput = { ...shortRecipe, epochs: 1000, batchSize: 1 };

/** Sampled greedily, a random model with a tied head repeats one letter and never ends its turn. */
export const endlessTalker: TinyModelOptions = { contextLength: 16_384, tiedHead: true };
/** Sampling for an answer that goes on until somebody stops it. */
export const endlessSampling = { maxTokens: 16_000, temperature: 0, repeatPenalty: 1, topP: 1 };

/** A real core in a folder of its own, driven through the contract like any shell does. */
export class TestCore implements AsyncDisposable {
  readonly folder: string;
  readonly core: Core;
  readonly client: ContractRouterClient<Contract>;
  readonly #ownsFolder: boolean;

  private constructor(folder: string, ownsFolder: boolean, core: Core) {
    this.folder = folder;
    this.#ownsFolder = ownsFolder;
    this.core = core;
    this.client = createRouterClient(core.router, { context: core.context });
  }

  static async start(options: TestCoreOptions = {}): Promise<TestCore> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'lima-core-'));
    const userDataDir = join(folder, 'user');
    const fileRoots = options.fileRoots ?? null;
    const core = await createCore({ shell: 'cli', userDataDir, fileRoots });
    const made = new TestCore(folder, options.folder === undefined, core);
    const { project = 'create' } = options;
    if (project !== 'none') await made.client.project[project]({ path: made.projectPath });
    return made;
  }

  get projectPath(): string {
    return this.path('p.lima');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a JSON Lines file and returns its path. */
  writeLines(name: string, lines: readonly object[]): string {
    const path = this.path(name);
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return path;
  }

  /** The first snapshot of a job that is as wanted; by default its end. */
  async job(
    jobId: string,
    isWanted: (job: JobSnapshot) => boolean = (job) => isJobFinished(job.state),
  ): Promise<JobSnapshot> {
    for await (const job of await this.client.jobs.watch({}))
      if (job.id === jobId && (isWanted(job) || isJobFinished(job.state))) return job;
    throw new Error(`The watch ended before job ${jobId} was as wanted`);
  }

  /** Imports a file to the end. */
  async import(
    path: string,
    options: { dryRun?: boolean; batch?: string; encoding?: TextEncodingLabel } = {},
  ): Promise<JobSnapshot> {
    const { jobId } = await this.client.imports.start({ path, ...options });
    return await this.job(jobId);
  }

  /** Adds a tiny model made with these options; returns its id, path and hash. */
  async addModel(options: TinyModelOptions = {}, name = 'tiny.gguf') {
    const path = this.path(name);
    const { sha256 } = await writeTinyModel(path, { ...tinyShape, ...options });
    const { jobId } = await this.client.models.add({ path });
    const { state, result } = await this.job(jobId);
    const modelId = result?.['modelId'];
    if (typeof modelId !== 'string') throw new Error(`${path} was not added: the job ${state}`);
    return { modelId, path, sha256 };
  }

  /** A frozen dataset of short conversations. */
  async freezeDataset(samples = 4, name = 'four'): Promise<string> {
    await this.import(this.writeLines(`${name}.jsonl`, conversations(samples)));
    await this.client.samples.review({ action: 'accept', selection: { filter: {} } });
    return (await this.client.datasets.freeze({ name })).id;
  }

  /** Starts a run of a new tiny model on a new dataset. */
  async startRun(recipe: RecipeInput) {
    const model = await this.addModel();
    const datasetId = await this.freezeDataset();
    const started = await this.client.runs.start({ modelId: model.modelId, datasetId, recipe });
    return { ...started, model, datasetId };
  }

  /** Waits until a run is beyond the end of an epoch, so that its adapter is listed. */
  async reachEpoch(runId: string, epoch: number): Promise<void> {
    for await (const { metrics } of await this.client.runs.metrics({ runId }))
      if (metrics.some((metric) => metric.epoch > epoch)) return;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.core.close();
    if (this.#ownsFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Conversations of two turns whose words depend on their number alone. */
export const conversations = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    messages: [
      { role: 'user', content: `Question ${number}?` },
      { role: 'assistant', content: `Answer number ${number}.` },
    ],
    source: number % 2 === 0 ? 'even' : 'odd',
  }));

/** The code a call is refused with; throws when it is not refused. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      return { code: String(error.code), message: error.message };
    throw error;
  }
  throw new Error('The call was not refused');
}

/** A folder below another one. */
export function subfolder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path, { recursive: true });
  return path;
}
