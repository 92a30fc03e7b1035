import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../shared/domain/recipe/recipe.ts';
import { byteSample, temporaryFolder, tinyRecipe } from './testing/open-model.ts';
import type { RunRecord } from './checkpoint/write-checkpoint.ts';
import { getString } from '../gguf/header/gguf-file.ts';
import { adapterBaseKey } from '../gguf/model/adapter-base.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import { writeTinyModel } from '../gguf/tiny/tiny-model.ts';
import type {
  CheckpointWritten,
  StepMetric,
  TrainEvent,
  TrainParams,
} from '../engines/protocol/trainer.ts';
import { startTrainer } from '../engines/start-engines.ts';
import { testFiles } from '../engines/testing/test-files.ts';

const folder = await temporaryFolder();
const basePath = join(folder.path, 'tiny.gguf');
beforeAll(() =>
  writeTinyModel(basePath, { embeddingLength: 64, feedForwardLength: 96, layers: 2 }),
);
afterAll(() => folder[Symbol.asyncDispose]());

const samples = Array.from({ length: 6 }, (_, index) =>
  byteSample(`sample-${index}`, `Sample ${index} says something of its own: ${index * 7}.`, 9),
);

async function paramsFor(name: string, fields: RecipeInput = {}): Promise<TrainParams> {
  const outDir = join(folder.path, name);
  await mkdir(outDir);
  const recipe = tinyRecipe({ epochs: 2, batchSize: 4, ...fields });
  const recordExtra = { datasetName: 'six', datasetHash: 'abc' };
  return { basePath, baseSha256: 'f'.repeat(64), samples, recipe, outDir, recordExtra };
}

/** Collects events and calls back on each one. */
function listener(onEvent: (event: TrainEvent) => void = () => undefined) {
  const steps: StepMetric[] = [];
  const checkpoints: CheckpointWritten[] = [];
  const listen = (event: TrainEvent) => {
    if (event.type === 'step') steps.push(event.metric);
    if (event.type === 'checkpoint') checkpoints.push(event.checkpoint);
    onEvent(event);
  };
  return { steps, checkpoints, onEvent: listen };
}

const epochFolders = async (outDir: string) =>
  (await readdir(outDir)).filter((name) => name.startsWith('epoch-'));

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('a trainer process', () => {
  test('leaves one whole checkpoint per epoch that records what it was trained on', async () => {
    using trainer = startTrainer(testFiles);
    const params = await paramsFor('whole');
    const seen = listener();
    const result = await trainer.request('train', params, { onEvent: seen.onEvent });
    expect(result).toMatchObject({ outcome: 'succeeded', steps: 4 });
    expect(result.engine).toMatch(/^ggml \d+\.\d+\.\d+/);
    expect(await epochFolders(params.outDir)).toEqual(['epoch-001', 'epoch-002']);
    const [, last] = seen.checkpoints;
    if (!last) throw new Error('There is no second checkpoint');
    expect(await hashOf(last.adapterPath)).toBe(last.adapterSha256);
    expect(getString(await readGguf(last.adapterPath), adapterBaseKey)).toBe(params.baseSha256);
    const record: RunRecord = JSON.parse(await readFile(last.recordPath, 'utf8'));
    expect(record).toMatchObject({
      base: { sha256: params.baseSha256, name: 'tiny', architecture: 'llama' },
      adapter: { sha256: last.adapterSha256, sizeBytes: last.sizeBytes },
      extra: params.recordExtra,
      recipe: params.recipe,
      engine: result.engine,
      device: result.device,
      epoch: 2,
      step: 4,
      steps: seen.steps,
    });
  });

  test('trains the same however a batch is split into micro-batches', async () => {
    using trainer = startTrainer(testFiles);
    const lossesWith = async (microBatchSize: number) => {
      const params = await paramsFor(`micro-${microBatchSize}`, {
        microBatchSize,
        learningRate: 1e-3,
      });
      const seen = listener();
      await trainer.request('train', params, { onEvent: seen.onEvent });
      return seen.steps.map(({ loss }) => loss);
    };
    const single = await lossesWith(1);
    for (const microBatchSize of [0, 2, 3])
      for (const [index, loss] of (await lossesWith(microBatchSize)).entries())
        expect(loss).toBeCloseTo(single[index] ?? NaN, 4);
  });

  test('repeats a run exactly for the same seed and differs for another', async () => {
    using trainer = startTrainer(testFiles);
    const adapterOf = async (name: string, seed: number) => {
      const seen = listener();
      await trainer.request('train', await paramsFor(name, { seed }), { onEvent: seen.onEvent });
      const [, last] = seen.checkpoints;
      return last ? await hashOf(last.adapterPath) : undefined;
    };
    const first = await adapterOf('seed-a', 1);
    expect(await adapterOf('seed-b', 1)).toBe(first);
    expect(await adapterOf('seed-c', 2)).not.toBe(first);
  });

  test('stops within a step of many micro-batches when cancelled', async () => {
    using trainer = startTrainer(testFiles);
    const many = Array.from({ length: 4000 }, (_, index) => byteSample(`s${index}`, 'Once more'));
    const recipe = { epochs: 1000, batchSize: many.length, microBatchSize: 1 };
    const params = { ...(await paramsFor('cancelled', recipe)), samples: many };
    const controller = new AbortController();
    const seen = listener((event) => {
      if (event.type === 'progress') controller.abort();
    });
    const options = { onEvent: seen.onEvent, signal: controller.signal, cancelGraceMs: 30_000 };
    const result = await trainer.request('train', params, options);
    expect(result).toMatchObject({ outcome: 'cancelled', steps: 0 });
    expect(await epochFolders(params.outDir)).toEqual([]);
  });

  test('cancelled in a later epoch, keeps the finished ones', async () => {
    using trainer = startTrainer(testFiles);
    const params = await paramsFor('cancelled-later', { epochs: 1000 });
    const controller = new AbortController();
    const seen = listener((event) => {
      if (event.type === 'progress' && event.step === 3) controller.abort();
    });
    const options = { onEvent: seen.onEvent, signal: controller.signal, cancelGraceMs: 30_000 };
    expect((await trainer.request('train', params, options)).outcome).toBe('cancelled');
    const written = seen.checkpoints.map(({ epoch }) => `epoch-${String(epoch).padStart(3, '0')}`);
    expect(written.length).toBeGreaterThan(0);
    expect(await epochFolders(params.outDir)).toEqual(written);
  });

  test('killed in the middle of a run, leaves every reported adapter whole', async () => {
    using trainer = startTrainer(testFiles);
    const params = await paramsFor('killed', { epochs: 1000 });
    const seen = listener((event) => {
      if (event.type === 'checkpoint' && event.checkpoint.epoch === 3) trainer.kill('SIGKILL');
    });
    const running = trainer.request('train', params, { onEvent: seen.onEvent });
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    const names = await epochFolders(params.outDir);
    const finished = names.filter((name) => !name.endsWith('.partial'));
    expect(finished.length).toBeGreaterThanOrEqual(3);
    for (const { adapterPath, adapterSha256 } of seen.checkpoints)
      expect(await hashOf(adapterPath)).toBe(adapterSha256);
  });

  test('goes on when the base file disappears after loading', async () => {
    using trainer = startTrainer(testFiles);
    const path = join(folder.path, 'short-lived.gguf');
    await writeTinyModel(path, { embeddingLength: 64, feedForwardLength: 96, layers: 1 });
    const params = { ...(await paramsFor('vanished')), basePath: path };
    const seen = listener((event) => {
      if (event.type === 'phase' && event.phase === 'preparing') void rm(path);
    });
    const result = await trainer.request('train', params, { onEvent: seen.onEvent });
    expect(result.outcome).toBe('succeeded');
  });

  test('reports a loss that is no number with its step, instead of saving a broken adapter', async () => {
    using trainer = startTrainer(testFiles);
    const path = join(folder.path, 'damaged.gguf');
    await copyFile(basePath, path);
    const norm = (await readGguf(path)).tensors.find(({ name }) => name === 'output_norm.weight');
    const file = await open(path, 'r+');
    await file.write(Float32Array.of(NaN), 0, 4, norm?.offsetBytes ?? 0);
    await file.close();
    const params = { ...(await paramsFor('diverged')), basePath: path };
    await expect(trainer.request('train', params)).rejects.toMatchObject({
      code: 'DIVERGED',
      data: { steps: 0 },
    });
    expect(await readdir(params.outDir)).toEqual([]);
  });

  test('refuses tokens beyond the vocabulary, which ggml would abort on', async () => {
    using trainer = startTrainer(testFiles);
    const stray = { ...byteSample('stray', 'text'), tokens: Int32Array.of(1, 2, 3, 99_999) };
    const params = { ...(await paramsFor('stray')), samples: [stray] };
    const running = trainer.request('train', params);
    await expect(running).rejects.toMatchObject({
      code: 'SAMPLE_INVALID',
      message: expect.stringContaining('99999'),
    });
  });

  test('says so when no sample has anything to train on', async () => {
    using trainer = startTrainer(testFiles);
    const empty = byteSample('empty', 'only a prompt', 13);
    const running = trainer.request('train', { ...(await paramsFor('empty')), samples: [empty] });
    await expect(running).rejects.toMatchObject({ code: 'NOTHING_TO_TRAIN' });
  });
});

// A limit on file sizes is the full disk one can have without being root; Node gets EFBIG.
const canLimitFiles = process.platform !== 'win32';
test.runIf(canLimitFiles)('a full disk is named and leaves nothing half-written', async () => {
  const params = await paramsFor('full', { rank: 4 });
  const script = `
    import { train } from ${JSON.stringify(new URL('./run/train.ts', import.meta.url))};
    import { deserialize } from 'node:v8';
    const params = deserialize(Buffer.from(process.argv[1], 'base64'));
    const context = { signal: new AbortController().signal, emit() {} };
    await train(params, context).catch(({ code, message }) => console.log(JSON.stringify({ code, message })));
  `;
  const encoded = serialize(params).toString('base64');
  const args = ['-c', 'ulimit -f 64 && exec "$@"', 'sh', process.execPath, '-e', script, encoded];
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) output += text;
  const { code, message }: { code: string; message: string } = JSON.parse(output);
  expect(code).toBe('DISK_FULL');
  expect(message).toContain(join(params.outDir, 'epoch-001'));
  expect(await readdir(params.outDir)).toEqual([]);
});
