import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import koffi from 'koffi';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { TrainEvent } from '../../engines/protocol/trainer.ts';
import { writeTinyModel, type TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import { findGgmlLibraries } from '../ffi/find-libraries.ts';
import { loadGgml } from '../ffi/library.ts';
import { train } from '../run/train.ts';
import { quantizeModel } from '../weights/quantize-model.ts';
import { byteSample, temporaryFolder, tinyRecipe } from './open-model.ts';

// Run as a process of its own: `node pinned-runs.ts LIBRARY THREADS [RUN…]` trains a few tiny models on
// one CPU library of ggml and prints which mathematics it stood on, and the SHA-256 of what each
// run wrote; `null` where the processor lacks what the library needs. LIMA_KERNELS counts as always.

/** What this process prints. */
export interface PinnedHashes {
  /** SHA-256 of what the C library makes of some numbers: others round otherwise. */
  mathematics: string;
  runs: Record<string, string>;
}

/** A tiny model, the type of its matrices, and how it is trained. */
interface PinnedRun {
  model: TinyModelOptions;
  weightTypes: readonly string[];
  recipe: RecipeInput;
  /** Lengths of the samples in tokens; 160 queries are one span. */
  lengths: readonly number[];
}

const grouped: TinyModelOptions = {
  embeddingLength: 128,
  feedForwardLength: 192,
  heads: 4,
  kvHeads: 2,
  layers: 3,
};
const gemma3: TinyModelOptions = {
  ...grouped,
  architecture: 'gemma3',
  tiedHead: true,
  metadata: {
    'attention.sliding_window': 24,
    'attention.sliding_window_pattern': 2,
    final_logit_softcapping: 5,
  },
};
const phi3: TinyModelOptions = {
  ...grouped,
  architecture: 'phi3',
  fusedProjections: true,
  ropeFactors: ['rope_factors_short', 'rope_factors_long'],
  ropeDimensions: 24,
  metadata: { 'rope.scaling.original_context_length': 128, 'rope.scaling.attn_factor': 1.2 },
};
const short = [60, 33, 18, 47, 90, 25];
const disturbed = { residualDropout: 0.2, neftuneAlpha: 5 };

const runs: Record<string, PinnedRun> = {
  'llama, F32, LoRA': {
    model: { ...grouped, biases: true },
    weightTypes: ['F32'],
    recipe: { lossWeighting: 'sample', maxGradNorm: 0.01 },
    lengths: short,
  },
  'llama, Q8_0, LoRA, dropout and noise': {
    model: grouped,
    weightTypes: ['Q8_0'],
    recipe: { loraScaling: 'rankStable', ...disturbed },
    lengths: short,
  },
  'llama, heads of no whole vectors, LoRA of attention': {
    model: { ...grouped, embeddingLength: 96, heads: 8, kvHeads: 4 },
    weightTypes: ['F16'],
    recipe: { targets: 'attention' },
    lengths: [190, 40],
  },
  'llama, F32, in full, random start': {
    model: { ...grouped, biases: true },
    weightTypes: ['F32'],
    recipe: { method: 'full', initialization: 'random', outputType: 'F32', ...disturbed },
    lengths: short,
  },
  'qwen2, BF16, in full': {
    model: { ...grouped, architecture: 'qwen2', biases: true, tiedHead: true },
    weightTypes: ['BF16'],
    recipe: { method: 'full', outputType: 'BF16' },
    lengths: short,
  },
  'gemma3, BF16, LoRA, more than two spans': {
    model: gemma3,
    weightTypes: ['BF16'],
    recipe: {},
    lengths: [200, 150, 30, 180, 45],
  },
  'gemma3, F32, in full': {
    model: gemma3,
    weightTypes: ['F32'],
    recipe: { method: 'full', outputType: 'F32', weightDecay: 0.1 },
    lengths: short,
  },
  'phi3, Q8_0 and F16, LoRA, more than two spans': {
    model: phi3,
    weightTypes: ['Q8_0', 'F16'],
    recipe: {},
    lengths: [330, 20, 170, 45],
  },
  'phi3, F16, in full, Q8_0 written': {
    model: phi3,
    weightTypes: ['F16'],
    recipe: { method: 'full', outputType: 'Q8_0' },
    lengths: short,
  },
};

/** Puts this CPU library before the one that ggml chooses; false where the processor lacks it. */
function takeLibrary(name: string): boolean {
  const { folder, base, registry } = findGgmlLibraries();
  const path = join(folder, `libggml-cpu-${name}.so`);
  koffi.load(base);
  const score: () => number = koffi.load(path).func('ggml_backend_score', 'int', []);
  if (score() === 0) return false;
  const load: (path: string) => unknown = koffi
    .load(registry)
    .func('ggml_backend_load', 'void *', ['string']);
  if (load(path) === null) throw new Error(`ggml does not take ${path}`);
  // At once: koffi closes the registry, with all it knows, when nothing bound to it is left.
  loadGgml();
  return true;
}

/** Digits that follow from index and length alone; every fifth token is not trained. */
function sampleOf(length: number, index: number) {
  const text = Array.from({ length }, (_, at) => (at * (index + 3) + (at >> 3)) % 10).join('');
  const sample = byteSample(`sample ${index}`, text, 3);
  return { ...sample, trained: sample.trained.map((flag, at) => (at % 5 === 4 ? 0 : flag)) };
}

/** SHA-256 of everything a run writes for inference, and of the figures of its steps. */
async function hashRun(folder: string, name: string, threads: number): Promise<string> {
  const run = runs[name];
  if (!run) throw new RangeError(`There is no run "${name}"`);
  const outDir = join(folder, name);
  await mkdir(outDir);
  const [exactPath, basePath] = [join(outDir, 'exact.gguf'), join(outDir, 'base.gguf')];
  await writeTinyModel(exactPath, run.model);
  const { weightTypes } = run;
  await quantizeModel(exactPath, basePath, (tensor) => {
    const block = Number(/^blk\.(\d+)/.exec(tensor)?.[1] ?? 0);
    return weightTypes[block % weightTypes.length] ?? 'F32';
  });
  const samples = run.lengths.map(sampleOf);
  const recipe = tinyRecipe({
    epochs: 2,
    batchSize: 4,
    learningRate: 3e-3,
    threads,
    ...run.recipe,
  });
  const figures: unknown[] = [];
  const emit = (event: TrainEvent) => {
    if (event.type === 'step') figures.push(event.metric.loss, event.metric.gradNorm);
    if (event.type === 'devLoss') figures.push(event.measured.loss);
  };
  const params = { basePath, baseSha256: 'f'.repeat(64), samples, recipe, outDir, recordExtra: {} };
  const devSamples = [sampleOf(70, 20), sampleOf(35, 21)];
  await train({ ...params, devSamples }, { signal: new AbortController().signal, emit });
  const hash = createHash('sha256').update(JSON.stringify(figures));
  const files = (await readdir(outDir, { recursive: true })).toSorted();
  for (const file of files.filter((path) => /^epoch.*\.gguf$/.test(path)))
    hash.update(file).update(await readFile(join(outDir, file)));
  return hash.digest('hex');
}

async function hashRuns(
  threads: number,
  names: readonly string[],
): Promise<Record<string, string>> {
  await using folder = await temporaryFolder();
  const hashes: Record<string, string> = {};
  for (const name of names) hashes[name] = await hashRun(folder.path, name, threads);
  return hashes;
}

/** Functions of the C library that ggml calls: rope, softmax, gelu and the loss depend on them. */
function hashMathematics(): string {
  const library = koffi.load('libm.so.6');
  const hash = createHash('sha256');
  const inputs = Array.from({ length: 4096 }, (_, index) => (index - 2047.3) / 97);
  for (const name of ['expf', 'tanhf', 'sinf', 'cosf'] as const) {
    const call: (x: number) => number = library.func(name, 'float', ['float']);
    hash.update(Float32Array.from(inputs, (x) => call(x)));
  }
  const power: (x: number, y: number) => number = library.func('powf', 'float', ['float', 'float']);
  hash.update(Float32Array.from(inputs, (x) => power(10_000, x / 40)));
  return hash.digest('hex');
}

const [library = '', threads = '1', ...names] = process.argv.slice(2);
const hashes: PinnedHashes | null = takeLibrary(library)
  ? {
      mathematics: hashMathematics(),
      runs: await hashRuns(Number(threads), names.length > 0 ? names : Object.keys(runs)),
    }
  : null;
process.stdout.write(JSON.stringify(hashes));
