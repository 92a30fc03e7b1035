import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byteSample, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { TrainEvent, TrainParams } from '../../engines/protocol/trainer.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

const folder = await temporaryFolder();
const basePath = join(folder.path, 'tiny.gguf');
const samples = Array.from({ length: 6 }, (_, index) =>
  byteSample(`sample-${index}`, `Sample ${index} says something of its own: ${index * 7}.`, 9),
);
// Two steps an epoch of up to two micro-batches; checkpoints fall into epochs as well, and so does
// the end of the run.
const recipe = tinyRecipe({
  epochs: 4.5,
  batchSize: 4,
  microBatchSize: 2,
  weightDecay: 0.1,
  checkpointEverySteps: 3,
  loraDropout: 0.2,
});
const lastStep = 9;

async function paramsFor(name: string): Promise<TrainParams> {
  const outDir = join(folder.path, name);
  await mkdir(outDir);
  return { basePath, baseSha256: 'f'.repeat(64), samples, recipe, outDir, recordExtra: {} };
}

type Trainer = ReturnType<typeof startTrainer>;

/** Trains in a process of its own and returns every event. */
async function trainOnce(
  params: TrainParams,
  onEvent: (event: TrainEvent, trainer: Trainer) => void = () => undefined,
) {
  await using trainer = startTrainer(testFiles);
  const events: TrainEvent[] = [];
  const listen = (event: TrainEvent) => {
    events.push(event);
    onEvent(event, trainer);
  };
  const result = await trainer.request('train', params, { onEvent: listen }).catch((error) => {
    if (!trainer.hasExited) throw error;
  });
  return { events, outcome: result?.outcome ?? 'killed' };
}

const pause = (trainer: Trainer) => void trainer.request('pause', null);
const kill = (trainer: Trainer) => trainer.kill('SIGKILL');

/**
 * Trains until `end` reaches the trainer in the middle of a step. However late that is, the run
 * is still there: it waits after the epoch of the step.
 */
async function trainUntil(params: TrainParams, step: number, end: (trainer: Trainer) => void) {
  const lastEpoch = Math.ceil(step / 2);
  return await trainOnce({ ...params, waitsAfterEpoch: true }, (event, trainer) => {
    if (event.type === 'checkpoint' && event.checkpoint.epoch < lastEpoch)
      void trainer.request('goOn', null);
    if (event.type === 'progress' && event.step === step && event.microBatch === 1) end(trainer);
  });
}

const finalAdapter = (params: TrainParams, file = 'adapter.gguf') =>
  createHash('sha256')
    .update(readFileSync(join(params.outDir, 'epoch-005', file)))
    .digest('hex');
const stepsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [event.metric.step] : []));
const startOf = (events: readonly TrainEvent[]) => events.find((event) => event.type === 'start');
const checkpointsIn = async ({ outDir }: TrainParams) =>
  (await readdir(outDir)).filter((name) => name.startsWith('resume-'));

let wanted = '';
let wantedLosses: number[] = [];
beforeAll(async () => {
  await writeTinyModel(basePath, { embeddingLength: 64, feedForwardLength: 96, layers: 2 });
  const params = await paramsFor('uninterrupted');
  const { events } = await trainOnce(params);
  wanted = finalAdapter(params);
  wantedLosses = events.flatMap((event) => (event.type === 'step' ? [event.metric.loss] : []));
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('a run that is resumed', () => {
  test('after a pause in the middle of a step ends with the bits of the uninterrupted one', async () => {
    const params = await paramsFor('paused');
    const first = await trainUntil(params, 5, pause);
    expect(first.outcome).toBe('paused');
    const done = stepsOf(first.events).length;
    const second = await trainOnce(params);
    expect(startOf(second.events)).toMatchObject({ step: done, damaged: [] });
    expect([...stepsOf(first.events), ...stepsOf(second.events)]).toEqual(
      Array.from({ length: lastStep }, (_, index) => index + 1),
    );
    expect(finalAdapter(params)).toBe(wanted);
    const record = readFileSync(join(params.outDir, 'epoch-005', 'record.json'), 'utf8');
    const { epoch, steps, recipe: trained } = JSON.parse(record);
    expect(steps.map(({ loss }: { loss: number }) => loss)).toEqual(wantedLosses);
    // The schedule ends with the run, though an epoch does not.
    expect(epoch).toBe(4.5);
    expect(steps.at(-1).learningRate).toBeCloseTo(trained.minLearningRate, 12);
  });

  test('after kill -9 ends with the bits of the uninterrupted one and keeps two checkpoints', async () => {
    const params = await paramsFor('killed');
    for (const step of [2, 5, 8]) await trainUntil(params, step, kill);
    const { outcome } = await trainOnce(params);
    expect(outcome).toBe('succeeded');
    expect(finalAdapter(params)).toBe(wanted);
    expect((await checkpointsIn(params)).filter((name) => !name.includes('.'))).toHaveLength(2);
  });

  test('after kill -9 in a training of all weights ends with the bits of the uninterrupted one', async () => {
    // The steps count, whatever the epochs say.
    const full = tinyRecipe({
      ...recipe,
      method: 'full',
      precision: 'bf16',
      epochs: 1,
      maxSteps: lastStep,
    });
    const whole = { ...(await paramsFor('full')), recipe: full };
    await trainOnce(whole);
    const params = { ...(await paramsFor('full-killed')), recipe: full };
    await trainUntil(params, 5, kill);
    const { events } = await trainOnce(params);
    expect(startOf(events)).toMatchObject({ step: expect.toSatisfy((step) => step >= 2) });
    expect(finalAdapter(params, 'model.gguf')).toBe(finalAdapter(whole, 'model.gguf'));
  });

  test('has elapsed times that go on where they stopped', async () => {
    const params = await paramsFor('times');
    const first = await trainUntil(params, 5, pause);
    const second = await trainOnce(params);
    const times = [...first.events, ...second.events].flatMap((event) =>
      event.type === 'step' ? [event.metric.elapsedMs] : [],
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const at = Math.floor(size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Uint8Array.of((buffer[0] ?? 0) ^ 1), 0, 1, at);
  await file.close();
}

describe.each([
  ['a flipped bit in the tensors', 'tensors.bin', flipByte],
  ['a flipped bit in the state', 'state.json', flipByte],
  ['a flipped bit in the hashes', 'hashes.sha256', flipByte],
  ['half of the tensors', 'tensors.bin', (path: string) => truncate(path, 1000)],
  ['no state', 'state.json', (path: string) => rm(path)],
])('a checkpoint with %s', (_, file, damage) => {
  test('is kept under another name, and the run goes on from the one before', async () => {
    const params = await paramsFor(`damaged-${_.replaceAll(' ', '-')}`);
    await trainUntil(params, 7, kill);
    const [before, newest] = await checkpointsIn(params);
    if (!before || !newest) throw new Error('There are no two checkpoints');
    await damage(join(params.outDir, newest, file));
    const { events } = await trainOnce(params);
    expect(startOf(events)).toMatchObject({
      step: Number(before.slice('resume-'.length)),
      damaged: [expect.stringContaining(newest)],
    });
    expect(existsSync(join(params.outDir, `${newest}.damaged`))).toBe(true);
    expect(finalAdapter(params)).toBe(wanted);
  });
});

describe('a resume is refused, and its checkpoints are kept, when', () => {
  const [first, ...others] = samples;
  if (!first) throw new Error('There is no sample');
  const changed = { ...first, trained: first.trained.with(10, 0) };
  test.each([
    ['the base model is another', { baseSha256: 'e'.repeat(64) }, 'base model'],
    ['a sample is missing', { samples: others }, 'dataset'],
    ['one token is no longer trained', { samples: [changed, ...others] }, 'dataset'],
    [
      'the recipe changed',
      { recipe: { ...recipe, learningRate: 0.5 } },
      'learningRate is 0.5 and was 0.0001',
    ],
  ])('%s', async (name, change, words) => {
    const params = await paramsFor(`refused ${name}`);
    await trainUntil(params, 5, pause);
    const before = await checkpointsIn(params);
    await expect(trainOnce({ ...params, ...change })).rejects.toMatchObject({
      code: 'RESUME_REFUSED',
      message: expect.stringContaining(words),
    });
    expect(await checkpointsIn(params)).toEqual(before);
  });
});
